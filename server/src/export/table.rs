//! Tables as files: CSV for spreadsheets, Parquet for databases and data frames.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use bonghwa_analytics::format::Lang;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::table::{Line, csv_head, csv_line};
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

/// Lines of a row group.
const GROUP: usize = 1 << 16;
/// Times in UTC, durations in milliseconds; what is not known is null.
const SCHEMA: &str = "message bonghwa {
    required int64 start (TIMESTAMP(MILLIS, true));
    required int32 span_s;
    required binary region (UTF8);
    required binary region_name (UTF8);
    required binary service (UTF8);
    required int64 requests;
    required int64 errors;
    optional double p50_ms;
    optional double p95_ms;
    optional double p99_ms;
    optional double users;
    optional double users_error;
    optional binary users_by (UTF8);
}";

/// A table that is being written.
pub(super) struct Writer<'a> {
    sink: Sink,
    lang: Lang,
    regions: &'a [Region],
    /// Whether there was a line.
    any: bool,
}

/// Where lines go.
enum Sink {
    /// With room for the text of a line.
    Csv(BufWriter<File>, String),
    /// With the lines of the row group to come.
    Parquet(Box<SerializedFileWriter<File>>, Vec<Line>),
}

impl<'a> Writer<'a> {
    /// CSV into a file.
    pub(super) fn csv(file: File, lang: Lang, regions: &'a [Region]) -> io::Result<Self> {
        let mut out = BufWriter::new(file);
        out.write_all(csv_head(lang).as_bytes())?;
        Ok(Self { sink: Sink::Csv(out, String::new()), lang, regions, any: false })
    }

    /// Parquet into a file, which says of itself what `said` does.
    pub(super) fn parquet(file: File, lang: Lang, regions: &'a [Region], said: &[(&str, String)]) -> io::Result<Self> {
        let said = said.iter().map(|(key, value)| KeyValue::new(format!("bonghwa.{key}"), value.clone())).collect();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("bonghwa {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(said))
            .build();
        let schema = parse_message_type(SCHEMA).map_err(io::Error::other)?;
        let out = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(io::Error::other)?;
        Ok(Self { sink: Sink::Parquet(Box::new(out), Vec::new()), lang, regions, any: false })
    }

    /// Writes a line.
    pub(super) fn put(&mut self, line: Line) -> io::Result<()> {
        self.any = true;
        match &mut self.sink {
            Sink::Csv(out, text) => {
                text.clear();
                csv_line(&line, self.lang, self.regions, text);
                out.write_all(text.as_bytes())
            }
            Sink::Parquet(out, lines) => {
                lines.push(line);
                if lines.len() < GROUP {
                    return Ok(());
                }
                group(out, self.lang, self.regions, &std::mem::take(lines))
            }
        }
    }

    /// Writes what is left; the file, unless there was no line.
    pub(super) fn finish(self) -> io::Result<Option<File>> {
        let file = match self.sink {
            Sink::Csv(out, _) => out.into_inner().map_err(io::IntoInnerError::into_error)?,
            Sink::Parquet(mut out, lines) => {
                if !lines.is_empty() {
                    group(&mut out, self.lang, self.regions, &lines)?;
                }
                out.into_inner().map_err(io::Error::other)?
            }
        };
        Ok(self.any.then_some(file))
    }
}

/// Writes a row group, column by column in the order of the schema.
fn group(out: &mut SerializedFileWriter<File>, lang: Lang, regions: &[Region], lines: &[Line]) -> io::Result<()> {
    let mut write = || {
        let mut to = out.next_row_group()?;
        required::<Int64Type>(&mut to, lines.iter().map(|line| line.start * 1000))?;
        required::<Int32Type>(&mut to, lines.iter().map(|line| line.seconds as i32))?;
        required::<ByteArrayType>(&mut to, lines.iter().map(|line| ByteArray::from(line.region.as_str())))?;
        required::<ByteArrayType>(&mut to, lines.iter().map(|line| ByteArray::from(line.region_name(lang, regions))))?;
        required::<ByteArrayType>(&mut to, lines.iter().map(|line| ByteArray::from(&*line.service)))?;
        required::<Int64Type>(&mut to, lines.iter().map(|line| line.requests as i64))?;
        required::<Int64Type>(&mut to, lines.iter().map(|line| line.errors as i64))?;
        for at in 0..3 {
            optional::<DoubleType>(&mut to, lines.iter().map(|line| line.latency.get(at).copied().flatten()))?;
        }
        let users = || lines.iter().map(|line| line.users);
        optional::<DoubleType>(&mut to, users().map(|users| Some(users?.estimate)))?;
        optional::<DoubleType>(&mut to, users().map(|users| Some(users?.error)))?;
        optional::<ByteArrayType>(&mut to, users().map(|users| Some(ByteArray::from(users?.of()))))?;
        to.close().map(drop)
    };
    write().map_err(io::Error::other)
}

fn required<T: DataType>(
    to: &mut SerializedRowGroupWriter<'_, File>,
    values: impl Iterator<Item = T::T>,
) -> Result<(), ParquetError> {
    column::<T>(to, &values.collect::<Vec<_>>(), None)
}

fn optional<T: DataType>(
    to: &mut SerializedRowGroupWriter<'_, File>,
    values: impl Iterator<Item = Option<T::T>> + Clone,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = values.clone().map(|value| i16::from(value.is_some())).collect();
    column::<T>(to, &values.flatten().collect::<Vec<_>>(), Some(&levels))
}

fn column<T: DataType>(
    to: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let mut column =
        to.next_column()?.ok_or_else(|| ParquetError::General("the schema has fewer columns".to_owned()))?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

use bonghwa_analytics::desk::{Desk, Manifest};
use bonghwa_analytics::frame::Row;
use bonghwa_analytics::identity::KeyId;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::summary::Summary;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::view::{Mark, MarkKind};
use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_795_151_100;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn frame(region: &str, start: i64) -> Frame {
    let row = |at: i64| {
        let mut summary = Vec::new();
        let mut known = Summary::default();
        known.entry.count = 10 + at as u64;
        known.encode(&mut summary);
        Row { start: start + at * 300, seq: at as u64 + 1, summary: Some(summary), ..Row::default() }
    };
    Frame { region: region.into(), key: KeyId(5), resolution: Resolution::FiveMinutes, rows: (0..4).map(row).collect() }
}

fn manifest(codes: &[&str], as_of: i64) -> Manifest {
    let regions = codes.iter().map(|code| Region::unnamed(code)).collect();
    Manifest { regions, as_of: Some(as_of), ..Manifest::default() }
}

fn file(frames: &[Frame], manifest: Manifest) -> Vec<u8> {
    let mut writer = Writer::default();
    let blocks: Vec<u8> = frames.iter().filter_map(|frame| writer.block(frame)).flatten().collect();
    let made = Made { at: NOW, by: "김봉화".into(), reason: "감사".into(), program: "test".into() };
    let index = Index { made, from: NOW - 1200, to: NOW, manifest, blocks: Vec::new() };
    let mut bytes = writer.head(index, &key()).unwrap();
    bytes.extend(blocks);
    bytes
}

fn sample() -> Vec<u8> {
    file(&[frame("seoul", NOW - 1200), frame("busan", NOW - 1200)], manifest(&["seoul", "busan"], NOW))
}

#[test]
fn what_was_written_is_read_and_who_signed_is_known() {
    let bytes = sample();
    let (opened, frames) = read(&bytes).unwrap();
    assert_eq!(frames, [frame("seoul", NOW - 1200), frame("busan", NOW - 1200)]);
    assert_eq!((opened.signer.as_str(), opened.length()), (public_key(&key()).as_str(), bytes.len() as u64));
    assert_eq!(opened.index.made.reason, "감사");
    assert_eq!(opened.index.blocks[1].region, "busan");
    assert_eq!((opened.index.blocks[0].from, opened.index.blocks[0].to), (NOW - 1200, NOW));
    assert_eq!((head_length(b"short"), head_length(&MAGIC[..3])), (Err(FileError::Magic), Err(FileError::Truncated)));
    // The beginning is enough to know what is in it, and any block can be read by itself.
    let needed = head_length(&bytes[..HEAD]).unwrap();
    let opened = open(&bytes[..needed]).unwrap();
    let (at, length) = opened.places().nth(1).unwrap();
    let block = &bytes[at as usize..(at + length) as usize];
    assert_eq!(opened.block(1, block).unwrap(), [frame("busan", NOW - 1200)]);
    assert_eq!(opened.block(0, block), Err(FileError::Block(0)));
    assert_eq!(opened.block(9, block), Err(FileError::Block(9)));
}

/// A file that an older program wrote must open for ever; this one is of format version 1.
#[test]
fn a_file_of_version_1_opens() {
    let bytes = include_bytes!("../tests/version-1.bonghwa");
    let (opened, frames) = read(bytes).unwrap();
    assert_eq!(opened.signer, "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c");
    assert_eq!(frames.iter().map(|frame| frame.rows.len()).sum::<usize>(), 8);
    assert_eq!(sample(), bytes, "the format changed: raise its version and keep this file");
}

#[test]
fn files_of_several_regions_merge_and_bare_frames_join_them() {
    let mark = Mark { at: NOW, kind: MarkKind::Acknowledged, by: String::new() };
    let older = Manifest { marks: [("a".to_owned(), vec![mark.clone()])].into(), ..manifest(&["busan"], NOW - DAY) };
    let mut heap = Heap::default();
    heap.add(Box::new(file(&[frame("busan", NOW - 1200)], older)), &mut |_, _| ()).unwrap();
    heap.add(Box::new(file(&[frame("seoul", NOW - 1200)], manifest(&["seoul"], NOW))), &mut |_, _| ()).unwrap();
    let mut bare = Vec::new();
    frame("jeju", NOW - 1200).encode(&mut bare);
    heap.add(Box::new(bare), &mut |_, _| ()).unwrap();
    assert!(heap.add(Box::new(b"something else".to_vec()), &mut |_, _| ()).is_err());
    assert_eq!((heap.volumes.len(), heap.unsigned), (2, 1));
    let desk = heap.desk(Manifest::default()).unwrap();
    let codes: Vec<&str> = desk.settings().regions.iter().map(|region| region.code.as_str()).collect();
    assert_eq!((codes, desk.as_of()), (vec!["seoul", "busan", "jeju"], NOW));
    assert_eq!(desk.marks("a"), [mark]);
}

/// Summaries are let go once the columns have them; whoever asks for rows gets them from the file.
#[test]
fn rows_of_a_file_are_whole_with_and_without_bare_frames_beside_it() {
    for bare in [false, true] {
        let mut heap = Heap::default();
        heap.add(Box::new(sample()), &mut |_, _| ()).unwrap();
        if bare {
            heap.take([frame("jeju", NOW - 1200)]);
        }
        let desk = heap.desk(Manifest::default()).unwrap();
        for region in if bare { &["seoul", "busan", "jeju"][..] } else { &["seoul", "busan"] } {
            let read = desk.frame(region, Resolution::FiveMinutes, 0, NOW, Sections::SUMMARY).unwrap();
            assert_eq!(read, frame(region, NOW - 1200), "{region} {bare}");
            let none = desk.frame(region, Resolution::FiveMinutes, 0, NOW, Sections::NONE).unwrap();
            assert!(none.rows.iter().all(|row| row.summary.is_none()) && none.rows.len() == 4);
            let counted = desk.read(|atlas| atlas.track(region).unwrap().table(Resolution::FiveMinutes).requests(3));
            assert!((counted - 13.0).abs() < 1e-9);
        }
    }
}

#[test]
fn runbooks_of_several_files_stand_together_and_the_newest_wins() {
    let with = |texts: &[(&str, &str)], as_of| {
        let runbooks = texts.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
        file(&[frame("seoul", NOW - 1200)], Manifest { runbooks, ..manifest(&["seoul"], as_of) })
    };
    let mut heap = Heap::default();
    for bytes in [with(&[("a.md", "# 옛 글"), ("b.md", "# 다른 글")], NOW - DAY), with(&[("a.md", "# 새 글")], NOW)]
    {
        heap.add(Box::new(bytes), &mut |_, _| ()).unwrap();
    }
    let library = heap.desk(Manifest::default()).unwrap().runbooks();
    let titles: Vec<String> = library.files().into_iter().map(|file| file.title).collect();
    assert_eq!(titles, ["새 글", "다른 글"]);
}

#[test]
fn what_somebody_else_signed_over_is_theirs() {
    let bytes = sample();
    let opened = open(&bytes).unwrap();
    // A forger can sign a changed index, with another key only.
    let other = SigningKey::from_bytes(&[8; 32]);
    let forged = Writer::default().head(opened.index, &other).unwrap();
    assert_eq!(open(&forged).unwrap().signer, public_key(&other));
    // The key of the first with a signature of the second.
    let mut mixed = forged.clone();
    let at = mixed.len() - SEAL;
    mixed[at..at + 32].copy_from_slice(key().verifying_key().as_bytes());
    assert_eq!(open(&mixed), Err(FileError::Signature));
}

/// Tampered, cut off, lengthened: refused with a reason, each of a hundred thousand.
#[test]
fn every_damage_is_noticed() {
    let good = sample();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut reasons = std::collections::BTreeMap::<String, u32>::new();
    for round in 0..100_000 {
        let mut bytes = good.clone();
        match round % 5 {
            0 => bytes[next(good.len())] ^= 1 << next(8),
            1 => bytes.truncate(next(good.len())),
            2 => bytes.extend((0..=next(40)).map(|_| 0)),
            3 => {
                let (from, to) = (next(good.len()), next(good.len()));
                let Some(piece) = good.get(from..(from + 16).min(good.len())) else { continue };
                let end = (to + piece.len()).min(good.len());
                bytes[to..end].copy_from_slice(&piece[..end - to]);
            }
            _ => drop(bytes.drain(next(good.len())..).next_back()),
        }
        if bytes == good {
            continue;
        }
        let error = read(&bytes).expect_err("a damaged file was opened");
        *reasons.entry(format!("{error:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()).or_default() += 1;
    }
    for reason in ["Magic", "Version", "Truncated", "Longer", "Signature", "Block"] {
        assert!(reasons.contains_key(reason), "{reasons:?}");
    }
}

proptest! {
    #[test]
    fn rubbish_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&bytes).is_err());
        let mut headed = MAGIC.to_vec();
        headed.extend([1, 0]);
        headed.extend(bytes);
        prop_assert!(read(&headed).is_err());
    }
}

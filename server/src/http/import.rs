//! `POST /api/import/access-log?region=..&identity=..&service=..`: the body is the log, plain or gzip, of any length.

use std::io::{self, Read};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use bonghwa_analytics::identity::IdentityMode;
use futures_util::StreamExt;
use tokio::sync::mpsc;

use super::App;
use super::error::ApiError;
use super::otlp::drain;
use super::query::Parameters;
use crate::import::{self, ImportError, Order, Summary};

/// Pieces of the body that wait for the parser.
const PIECES: usize = 16;

/// Imports a log while it arrives.
pub(super) async fn access_log(State(app): State<App>, request: Request) -> Result<Json<Summary>, ApiError> {
    let (parts, body) = request.into_parts();
    let mut body = body.into_data_stream();
    let order = match order(&app, &parts.uri) {
        Ok(order) => order,
        Err(error) => {
            drain(&mut body).await;
            return Err(error);
        }
    };
    let ready = app.ready()?;
    let (centre, policy) = (ready.centre.clone(), ready.policy.clone());
    let (sender, receiver) = mpsc::channel(PIECES);
    let work = tokio::task::spawn_blocking(move || {
        import::run(&centre, &policy, &order, Pieces { receiver, piece: Bytes::new(), ended: false })
    });
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| io::Error::other(error.to_string()));
        let broken = piece.is_err();
        // A parser that ended has said why; what is left of the body no longer matters.
        if sender.send(Some(piece)).await.is_err() {
            drain(&mut body).await;
            break;
        }
        if broken {
            break;
        }
    }
    let _ = sender.send(None).await;
    drop(sender);
    let summary =
        work.await.map_err(|error| ApiError::Internal(format!("the import stopped: {error}")))?.map_err(refused)?;
    app.meter.imported(summary.taken);
    Ok(Json(summary))
}

fn order(app: &App, uri: &axum::http::Uri) -> Result<Order, ApiError> {
    let parameters = Parameters::read(uri, &["region", "identity", "service"])?;
    let region = parameters.need("region")?.to_string();
    app.ready()?.known(&region)?;
    let identity = match parameters.get("identity") {
        None | Some("ip") => IdentityMode::Ip,
        Some("session") => IdentityMode::SessionCookie,
        Some("cookie") => IdentityMode::UserCookie,
        Some(other) => {
            return Err(ApiError::Parameter(format!("identity = {other:?} is not known; give ip, session or cookie")));
        }
    };
    let service = parameters.get("service").unwrap_or("web").to_string();
    Ok(Order { region, identity, service, most: app.settings.limits.import_bytes })
}

fn refused(error: ImportError) -> ApiError {
    match error {
        ImportError::TooLarge(_) => ApiError::TooLarge(error.to_string()),
        ImportError::Centre(error) => super::refused_by_centre(error),
        ImportError::Count(_) => ApiError::Internal(error.to_string()),
        ImportError::Read(_) | ImportError::NoLine(..) | ImportError::Empty => ApiError::Body(error.to_string()),
    }
}

/// The body as a reader for a thread that may wait. `None` marks its end: a connection that breaks off closes the
/// channel without it, and half a log must not be taken for a whole one.
struct Pieces {
    receiver: mpsc::Receiver<Option<io::Result<Bytes>>>,
    piece: Bytes,
    ended: bool,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !self.ended {
            match self.receiver.blocking_recv() {
                Some(Some(piece)) => self.piece = piece?,
                Some(None) => self.ended = true,
                None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the connection broke off")),
            }
        }
        let length = buffer.len().min(self.piece.len());
        let taken = self.piece.split_to(length);
        buffer.get_mut(..length).unwrap_or_default().copy_from_slice(&taken);
        Ok(length)
    }
}

//! Every way in which a request can fail, and the one place that gives each a status, a code and words: the server and the
//! Worker refuse alike.

use bonghwa_analytics::parameter::ParameterError;
use serde_json::{Value, json};

use crate::database::DatabaseError;
use crate::engine::EngineError;
use crate::key::KeyError;
use crate::nation::NationError;
use crate::store::StoreError;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// A parameter of the address is missing or wrong.
    #[error("{0}")]
    Parameter(String),
    /// There is no such region.
    #[error("there is no region {given:?}; known regions: {known}")]
    UnknownRegion {
        /// What was asked for.
        given: String,
        /// The codes there are.
        known: String,
    },
    /// The body cannot be read.
    #[error("{0}")]
    Body(String),
    /// No key, or none that is known.
    #[error("a key is needed that this server knows")]
    Unauthenticated,
    /// The key is for something else, or the request comes from another site.
    #[error("{0}")]
    Forbidden(String),
    /// Nothing is at this address.
    #[error("{0}")]
    NotFound(String),
    /// Another method is needed.
    #[error("this address does not take the method {0}")]
    Method(String),
    /// The body did not arrive in time.
    #[error("the body did not arrive within {0} s")]
    Slow(u64),
    /// The body is too large, as it arrived or decompressed.
    #[error("{0}")]
    TooLarge(String),
    /// Content type or encoding is not one that is read here.
    #[error("{0}")]
    MediaType(String),
    /// Too much at once.
    #[error("the server is busy: {reason}")]
    Busy {
        /// What ran short.
        reason: &'static str,
        /// Seconds after which to try again.
        retry_after: u64,
    },
    /// The store cannot take or give data.
    #[error("{0}")]
    Storage(String),
    /// The server has just been started.
    #[error("the server is starting")]
    Starting,
    /// A fault of this program.
    #[error("{0}")]
    Internal(String),
}

impl ApiError {
    /// All codes, for counting.
    pub const CODES: [&'static str; 14] = [
        "parameter",
        "unknown_region",
        "body",
        "unauthenticated",
        "forbidden",
        "not_found",
        "method",
        "slow",
        "too_large",
        "media_type",
        "busy",
        "storage",
        "starting",
        "internal",
    ];

    /// Number of this error's code in [`CODES`](Self::CODES).
    pub const fn index(&self) -> usize {
        match self {
            Self::Parameter(_) => 0,
            Self::UnknownRegion { .. } => 1,
            Self::Body(_) => 2,
            Self::Unauthenticated => 3,
            Self::Forbidden(_) => 4,
            Self::NotFound(_) => 5,
            Self::Method(_) => 6,
            Self::Slow(_) => 7,
            Self::TooLarge(_) => 8,
            Self::MediaType(_) => 9,
            Self::Busy { .. } => 10,
            Self::Storage(_) => 11,
            Self::Starting => 12,
            Self::Internal(_) => 13,
        }
    }

    /// Stable name, for programs.
    pub const fn code(&self) -> &'static str {
        Self::CODES[self.index()]
    }

    /// HTTP status. Of these, OTLP senders try again after 429 and 503 only.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Parameter(_) | Self::UnknownRegion { .. } | Self::Body(_) => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden(_) => 403,
            Self::NotFound(_) => 404,
            Self::Method(_) => 405,
            Self::Slow(_) => 408,
            Self::TooLarge(_) => 413,
            Self::MediaType(_) => 415,
            Self::Busy { .. } => 429,
            Self::Storage(_) | Self::Starting => 503,
            Self::Internal(_) => 500,
        }
    }

    /// Seconds after which to try again, where that helps.
    pub const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Busy { retry_after, .. } => Some(*retry_after),
            Self::Starting => Some(2),
            Self::Storage(_) => Some(5),
            _ => None,
        }
    }

    /// What the sender can do about it.
    pub const fn what_to_do(&self) -> &'static str {
        match self {
            Self::Parameter(_) => "correct the address and ask again",
            Self::UnknownRegion { .. } => "use the code of a region that is known",
            Self::Body(_) => "correct the body and send it again",
            Self::Unauthenticated => "send the header `Authorization: Bearer <key>`; make a key with `bonghwa key new`",
            Self::Forbidden(_) => "use a key that is made for this, from a page of this server",
            Self::NotFound(_) => "check the address",
            Self::Method(_) => "use the method that this address is made for",
            Self::Slow(_) => "send smaller bodies",
            Self::TooLarge(_) => "send less at once, or raise the limit in the settings",
            Self::MediaType(_) => "send application/x-protobuf or application/json, plain, gzip or zstd",
            Self::Busy { .. } | Self::Starting => "try again after the seconds in Retry-After",
            Self::Storage(_) => "see the message; try again after the seconds in Retry-After",
            Self::Internal(_) => "report this with the time at which it happened",
        }
    }

    /// What and what to do in one sentence, as OTLP senders are told.
    pub fn sentence(&self) -> String {
        format!("{self}; {}", self.what_to_do())
    }

    /// The body of a response, as JSON.
    pub fn body(&self) -> Value {
        json!({ "error": { "code": self.code(), "message": self.to_string(), "what_to_do": self.what_to_do() } })
    }

    /// The error of a code and a message, as they come from one process of ours to another.
    pub fn from_parts(code: &str, message: String) -> Self {
        match code {
            "parameter" => Self::Parameter(message),
            "body" => Self::Body(message),
            "unauthenticated" => Self::Unauthenticated,
            "forbidden" => Self::Forbidden(message),
            "not_found" => Self::NotFound(message),
            "too_large" => Self::TooLarge(message),
            "media_type" => Self::MediaType(message),
            "storage" => Self::Storage(message),
            "starting" => Self::Starting,
            _ => Self::Internal(message),
        }
    }
}

impl From<DatabaseError> for ApiError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Full | DatabaseError::Locked(_) | DatabaseError::ReadOnly(_) => {
                Self::Storage(error.to_string())
            }
            DatabaseError::Corrupt(_) | DatabaseError::Other(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => error.into(),
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(error) => error.into(),
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<NationError> for ApiError {
    fn from(error: NationError) -> Self {
        match error {
            NationError::Store(error) => error.into(),
            NationError::Atlas(error) => Self::Internal(error.to_string()),
        }
    }
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unknown => Self::Unauthenticated,
            KeyError::Use(_) => Self::Forbidden(error.to_string()),
            KeyError::TooMany => Self::Parameter(error.to_string()),
            KeyError::Database(error) => error.into(),
        }
    }
}

impl From<ParameterError> for ApiError {
    fn from(error: ParameterError) -> Self {
        Self::Parameter(error.to_string())
    }
}

/// Orphan rules leave no other place for this; the server turns the feature on.
#[cfg(feature = "axum")]
impl axum::response::IntoResponse for ApiError {
    fn into_response(self) -> axum::response::Response {
        let body = axum::Json(self.body());
        self.respond(body)
    }
}

#[cfg(feature = "axum")]
impl ApiError {
    /// A response with this error's status and headers, and a body of the caller's. The error itself travels beside the
    /// body, to be counted.
    pub fn respond(&self, body: impl axum::response::IntoResponse) -> axum::response::Response {
        use axum::http::{HeaderValue, StatusCode, header};
        use axum::response::IntoResponse as _;

        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::Unauthenticated) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

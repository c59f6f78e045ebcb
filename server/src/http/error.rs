//! Every way in which a request can fail, and the one place that turns it into a status and a body.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

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
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Parameter(_) | Self::UnknownRegion { .. } | Self::Body(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Slow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Storage(_) | Self::Starting => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
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

    /// A response with this error's status and headers, and a body of the caller's. The error itself travels beside the
    /// body, to be counted.
    pub(super) fn respond(&self, body: impl IntoResponse) -> Response {
        let mut response = (self.status(), body).into_response();
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

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let error = json!({ "code": self.code(), "message": self.to_string(), "what_to_do": self.what_to_do() });
        self.respond(Json(json!({ "error": error })))
    }
}

//! How commands speak to a running server.

use clap::Args;
use reqwest::{Client, Method, RequestBuilder, Url};
use serde_json::Value;

use super::{Failure, Place, environment, runtime};
use crate::folder::Folder;
use crate::outgoing;

/// Which server.
#[derive(Args)]
pub(super) struct ServerArgs {
    /// Address of the server [default: the one that runs on the data folder]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    #[command(flatten)]
    place: Place,
}

impl ServerArgs {
    /// The server itself.
    pub(super) fn find(&self) -> Result<Server, Failure> {
        Server::find(self.server.as_deref(), &self.place)
    }

    /// The settings that hold here.
    pub(super) fn load(&self) -> Result<crate::settings::Loaded, crate::settings::SettingsError> {
        self.place.load()
    }

    pub(super) fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let server = self.find()?;
        let request = server.request(method, path)?;
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        Ok(runtime()?.block_on(server.send(request))?)
    }

    /// Sends a body and hands on the answer piece by piece; how many bytes it had.
    pub(super) async fn fetch(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        take: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let server = self.find()?;
        server.pieces(server.request(method, path)?.json(body), take).await
    }

    /// What lies at a path, as it is.
    pub(super) fn bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let server = self.find()?;
        let request = server.request(Method::GET, path)?;
        Ok(runtime()?.block_on(server.bytes(request))?)
    }
}

/// A running server and the key to it.
pub(super) struct Server {
    client: Client,
    url: Url,
    key: Option<String>,
}

/// Why a server could not be asked, or what it answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    /// The address makes no sense.
    #[error("{0:?} is no address of a server: {1}; give one like http://127.0.0.1:8080")]
    Address(String, String),
    /// Nothing runs.
    #[error("no server runs on the data folder {0}; start one with `bonghwa serve`, or name one with --server")]
    None(String),
    /// It does not answer.
    #[error("the server at {0} cannot be reached ({1}); check that it runs there")]
    Unreachable(String, String),
    /// It refused.
    #[error("{0}; {1}")]
    Refused(String, String),
}

impl Server {
    /// The server that was named, else the one that holds the data folder.
    pub(super) fn find(named: Option<&str>, place: &Place) -> Result<Self, Failure> {
        let url = if let Some(url) = named {
            url.to_string()
        } else {
            let data = place.load()?.data;
            Folder::server(&data).ok_or_else(|| ClientError::None(data.display().to_string()))?
        };
        Ok(Self::at(&url)?)
    }

    /// The server at an address.
    pub(super) fn at(url: &str) -> Result<Self, ClientError> {
        let wrong = |reason: String| ClientError::Address(url.to_string(), reason);
        let parsed = Url::parse(url).map_err(|error| wrong(error.to_string()))?;
        let builder = match parsed.scheme() {
            "http" => outgoing::local(),
            "https" => outgoing::remote(),
            _ => return Err(wrong("it must begin with http:// or https://".into())),
        };
        let client = builder.build().map_err(|error| wrong(error.to_string()))?;
        let key = environment().into_iter().find(|(name, _)| name == "BONGHWA_KEY").map(|(_, value)| value);
        Ok(Self { client, url: parsed, key })
    }

    /// A request to a path of this server; `BONGHWA_KEY` goes with it.
    pub(super) fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ClientError> {
        let url = self.url.join(path).map_err(|error| ClientError::Address(self.url.to_string(), error.to_string()))?;
        let request = self.client.request(method, url);
        Ok(match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        })
    }

    /// Sends a request and reads the answer as JSON.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Value, ClientError> {
        Ok(serde_json::from_slice(&self.bytes(request).await?).unwrap_or(Value::Null))
    }

    /// Sends a request and reads the answer as it is.
    pub(super) async fn bytes(&self, request: RequestBuilder) -> Result<Vec<u8>, ClientError> {
        let response = self.answer(request).await?;
        Ok(response.bytes().await.map_err(|error| self.unreachable(&error))?.into())
    }

    /// Sends a request and hands on the answer piece by piece; how many bytes it had.
    pub(super) async fn pieces(
        &self,
        request: RequestBuilder,
        take: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let mut response = self.answer(request).await?;
        let mut bytes = 0;
        while let Some(piece) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            take(&piece)?;
            bytes += piece.len() as u64;
        }
        Ok(bytes)
    }

    fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        let reason = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        ClientError::Unreachable(self.url.to_string(), reason)
    }

    /// An answer that is no refusal.
    async fn answer(&self, request: RequestBuilder) -> Result<reqwest::Response, ClientError> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let bytes = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let text = |key: &str| body.pointer(&format!("/error/{key}")).and_then(Value::as_str).map(String::from);
        let message = text("message").unwrap_or_else(|| format!("the server answered {status}"));
        let mut what_to_do = text("what_to_do").unwrap_or_else(|| "check that it is a Bonghwa server".into());
        if status == reqwest::StatusCode::UNAUTHORIZED {
            what_to_do = "set BONGHWA_KEY to an admin key, made with `bonghwa key new --use admin`".into();
        }
        Err(ClientError::Refused(message, what_to_do))
    }
}

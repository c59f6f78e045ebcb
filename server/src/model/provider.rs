//! One provider: a call with its timeouts, repeated where that may help.

use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use tokio::time::{sleep, timeout, timeout_at};

use super::breaker::Breaker;
use super::error::ModelError;
use super::protocol::{Piece, Reader, body, path};
use super::sse::Parser;
use super::{BYTES_PER_TOKEN, Call, Gone, Hear, Reply, Tokens};
use crate::egress::{Destination, Egress};
use crate::settings::{ProviderKind, ProviderSettings};

/// Times that a call is made at most.
const ATTEMPTS: u32 = 3;
/// The first wait before it is made again; the next is twice as long.
const WAIT: Duration = Duration::from_millis(250);
/// The longest wait that a provider may ask for; where it asks for more, the next provider is asked.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Bytes of a whole answer as it arrives, and of the words in it.
const MOST_BYTES: usize = 2 << 20;
const MOST_TEXT: usize = 32 << 10;
/// Version of Anthropic's interface.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// A provider of the settings.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) settings: ProviderSettings,
    pub(super) breaker: Breaker,
    client: Client,
}

/// What a call came to, and what had arrived when it failed.
pub(super) struct Made {
    pub(super) reply: Reply,
    pub(super) failed: Option<ModelError>,
    /// Whether words arrived, so that the call must not be made again.
    pub(super) begun: bool,
}

impl Provider {
    pub(super) fn new(settings: ProviderSettings) -> Result<Self, reqwest::Error> {
        let plain = settings.url.starts_with("http://");
        let inside = |builder: reqwest::ClientBuilder| if settings.external { builder } else { builder.no_proxy() };
        // Plain HTTP needs no certificates, which take a while to read.
        let builder = if plain { crate::outgoing::local() } else { inside(crate::outgoing::remote()) };
        let client = builder
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(seconds(settings.connect_timeout))
            .build()?;
        Ok(Self { settings, breaker: Breaker::default(), client })
    }

    /// Makes a call, again if it fails before anything came and may go better. `gone` ends it.
    pub(super) async fn call(&self, call: &Call<'_>, egress: &Egress, hear: &mut Hear<'_>, mut gone: Gone<'_>) -> Made {
        let whole = seconds(self.settings.timeout);
        let deadline = tokio::time::Instant::now() + whole;
        let mut wait = WAIT;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut made = Made { reply: Reply::default(), failed: None, begun: false };
            let outcome = tokio::select! {
                // Nothing is sent for whoever has gone already.
                biased;
                () = gone.as_mut() => Ok(Err(ModelError::Ended)),
                outcome = timeout_at(deadline, self.attempt(call, egress, &mut made, hear)) => outcome,
            };
            made.failed = outcome.unwrap_or(Err(ModelError::Slow(whole))).err();
            let Some(error) = &made.failed else { return made };
            if made.begun || attempt == ATTEMPTS || !error.is_passing() {
                return made;
            }
            let pause = match error {
                ModelError::Throttled(Some(asked)) => *asked,
                _ => wait,
            };
            if pause > LONGEST_WAIT || tokio::time::Instant::now() + pause >= deadline {
                return made;
            }
            tokio::select! {
                () = sleep(pause) => {}
                () = gone.as_mut() => {
                    made.failed = Some(ModelError::Ended);
                    return made;
                }
            }
            wait *= 2;
        }
    }

    async fn attempt(
        &self,
        call: &Call<'_>,
        egress: &Egress,
        made: &mut Made,
        hear: &mut Hear<'_>,
    ) -> Result<(), ModelError> {
        let first = seconds(self.settings.first_timeout);
        let until = tokio::time::Instant::now() + first;
        let late = |_| ModelError::Slow(first);
        let content = egress.json(Destination::Model, call.content.clone()).to_string();
        let url = format!("{}{}", self.settings.url, path(self.settings.kind));
        let mut request = self.client.post(url).json(&body(&self.settings, call, &content));
        if self.settings.kind == ProviderKind::Anthropic {
            request = request.header("anthropic-version", ANTHROPIC_VERSION);
        }
        if let Some(key) = &self.settings.key {
            request = match self.settings.kind {
                ProviderKind::Openai => request.bearer_auth(key.expose()),
                ProviderKind::Anthropic => request.header("x-api-key", key.expose()),
            };
        }
        let mut answer = timeout_at(until, request.send()).await.map_err(late)?.map_err(|error| unreached(&error))?;
        check(&answer)?;
        let (mut parser, mut reader, mut bytes) = (Parser::default(), Reader::new(self.settings.kind), 0_usize);
        let mut piece = timeout_at(until, answer.chunk()).await.map_err(late)?;
        loop {
            let Some(chunk) = piece.map_err(|_| ModelError::Broken)? else { break };
            bytes += chunk.len();
            if bytes > MOST_BYTES {
                return Err(ModelError::TooLong);
            }
            let mut fault = Ok(());
            parser.push(&chunk, |data| {
                if fault.is_ok() {
                    fault = reader.take(data).and_then(|piece| made.take(piece, hear));
                }
            })?;
            made.reply.tokens = reader.tokens;
            fault?;
            if reader.is_whole && reader.tokens != Tokens::default() {
                break;
            }
            // The whole call has its deadline; a provider that falls silent in between must not use all of it.
            piece = timeout(first, answer.chunk()).await.map_err(late)?;
        }
        if reader.is_whole { Ok(()) } else { Err(ModelError::Broken) }
    }

    /// Notes how a call went, for the breaker; that nobody waited for its end says nothing of the provider.
    pub(super) fn note(&self, failed: Option<&ModelError>) {
        if failed != Some(&ModelError::Ended) {
            self.breaker.note(failed.is_none(), Instant::now());
        }
    }
}

impl Made {
    /// What was used: as the provider says, which it does at the end, else by the length of what was `sent` (in tokens) and came.
    pub(super) fn tokens(&self, sent: u64) -> Tokens {
        let Tokens { input, output } = self.reply.tokens;
        let whole = self.failed.is_none() && self.reply.tokens != Tokens::default();
        if whole || !self.begun {
            return self.reply.tokens;
        }
        let said = (self.reply.text.len() + self.reply.tool.len()).div_ceil(BYTES_PER_TOKEN) as u64;
        Tokens { input: if input == 0 { sent } else { input }, output: output.max(said) }
    }

    fn take(&mut self, piece: Option<Piece>, hear: &mut Hear<'_>) -> Result<(), ModelError> {
        let Some(piece) = piece else { return Ok(()) };
        self.begun = true;
        let (place, words) = match &piece {
            Piece::Text(text) => (&mut self.reply.text, text),
            Piece::Tool(text) => (&mut self.reply.tool, text),
        };
        if place.len() + words.len() > MOST_TEXT {
            return Err(ModelError::TooLong);
        }
        place.push_str(words);
        if let Piece::Text(text) = &piece {
            hear(text);
        }
        Ok(())
    }
}

fn check(answer: &Response) -> Result<(), ModelError> {
    let status = answer.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        return Err(ModelError::Throttled(after.map(Duration::from_secs)));
    }
    if status != StatusCode::OK {
        return Err(ModelError::Status(status.as_u16()));
    }
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.trim_start().starts_with("text/event-stream") {
        Ok(())
    } else {
        Err(ModelError::Form("it is no event stream"))
    }
}

/// What lies beneath an error of the client; nothing of the request.
fn unreached(error: &reqwest::Error) -> ModelError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    ModelError::Connect(cause.to_string().chars().take(120).collect())
}

fn seconds(length: crate::settings::Seconds) -> Duration {
    Duration::from_secs(length.0.unsigned_abs())
}

//! The two interfaces: what is sent, and what each event of an answer says.
//!
//! Sources: OpenAI API reference, "Chat Completions" with streaming; Anthropic API reference, "Messages" with streaming.

use serde_json::{Value, json};

use super::error::ModelError;
use super::{Call, Tokens};
use crate::settings::{ProviderKind, ProviderSettings};

/// The path of a call behind the address of the settings.
pub(super) const fn path(kind: ProviderKind) -> &'static str {
    match kind {
        ProviderKind::Openai => "/chat/completions",
        ProviderKind::Anthropic => "/v1/messages",
    }
}

/// What a provider is asked with beside the prompt and the content: its parameters, with a bound of the answer.
pub(super) fn parameters(provider: &ProviderSettings, call: &Call<'_>) -> Value {
    let mut parameters = provider.parameters.clone();
    if !parameters.contains_key("max_tokens") && !parameters.contains_key("max_completion_tokens") {
        parameters.insert("max_tokens".into(), call.most_tokens.into());
    }
    Value::Object(parameters)
}

/// The body of a call; `content` is what the user's turn holds.
pub(super) fn body(provider: &ProviderSettings, call: &Call<'_>, content: &str) -> Value {
    let mut body = parameters(provider, call);
    let user = json!({ "role": "user", "content": content });
    let own = match provider.kind {
        ProviderKind::Openai => json!({
            "messages": [{ "role": "system", "content": call.prompt.text }, user],
            "stream_options": { "include_usage": true },
        }),
        ProviderKind::Anthropic => json!({ "system": call.prompt.text, "messages": [user] }),
    };
    let tool = call.tool.as_ref().map(|tool| match provider.kind {
        ProviderKind::Openai => {
            let function = json!({ "name": tool.name, "description": tool.description, "parameters": tool.schema });
            let choice = json!({ "type": "function", "function": { "name": tool.name } });
            json!({ "tools": [{ "type": "function", "function": function }], "tool_choice": choice })
        }
        ProviderKind::Anthropic => json!({
            "tools": [{ "name": tool.name, "description": tool.description, "input_schema": tool.schema }],
            "tool_choice": { "type": "tool", "name": tool.name },
        }),
    });
    let common = json!({ "model": provider.model, "stream": true });
    for part in [Some(common), Some(own), tool].into_iter().flatten() {
        if let (Some(body), Value::Object(part)) = (body.as_object_mut(), part) {
            body.extend(part);
        }
    }
    body
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Words.
    Text(String),
    /// A part of the arguments of a tool's call.
    Tool(String),
}

/// Reads the events of one answer.
#[derive(Debug)]
pub(super) struct Reader {
    kind: ProviderKind,
    /// What the provider says that was used; zero until it says so.
    pub(super) tokens: Tokens,
    /// Whether it said that this is all.
    pub(super) is_whole: bool,
}

impl Reader {
    pub(super) fn new(kind: ProviderKind) -> Self {
        Self { kind, tokens: Tokens::default(), is_whole: false }
    }

    /// Takes the data of an event.
    pub(super) fn take(&mut self, data: &str) -> Result<Option<Piece>, ModelError> {
        if self.kind == ProviderKind::Openai && data.trim() == "[DONE]" {
            self.is_whole = true;
            return Ok(None);
        }
        let event: Value = serde_json::from_str(data).map_err(|_| ModelError::Form("an event is no JSON"))?;
        if event.get("error").is_some_and(|error| !error.is_null()) {
            return Err(ModelError::Fault);
        }
        Ok(match self.kind {
            ProviderKind::Openai => self.openai(&event),
            ProviderKind::Anthropic => self.anthropic(&event),
        })
    }

    fn openai(&mut self, event: &Value) -> Option<Piece> {
        self.count(event.get("usage"), ["prompt_tokens", "completion_tokens"]);
        let choice = event.pointer("/choices/0")?;
        self.is_whole |= choice.get("finish_reason").is_some_and(Value::is_string);
        let text = |pointer: &str| choice.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
        // Several calls may be mixed; only the first is asked for.
        let first = choice.pointer("/delta/tool_calls/0/index").is_none_or(|index| *index == 0);
        let tool = text("/delta/tool_calls/0/function/arguments").filter(|_| first);
        tool.map(|text| Piece::Tool(text.to_owned()))
            .or_else(|| text("/delta/content").map(|text| Piece::Text(text.to_owned())))
    }

    fn anthropic(&mut self, event: &Value) -> Option<Piece> {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        match event.get("type").and_then(Value::as_str)? {
            "message_start" => self.count(event.pointer("/message/usage"), ["input_tokens", "output_tokens"]),
            "message_delta" => self.count(event.get("usage"), ["input_tokens", "output_tokens"]),
            "message_stop" => self.is_whole = true,
            "content_block_delta" => {
                return match event.pointer("/delta/type").and_then(Value::as_str)? {
                    "text_delta" => text("/delta/text").map(Piece::Text),
                    "input_json_delta" => text("/delta/partial_json").map(Piece::Tool),
                    _ => None,
                };
            }
            _ => {}
        }
        None
    }

    fn count(&mut self, usage: Option<&Value>, [input, output]: [&str; 2]) {
        let number = |name: &str| usage.and_then(|usage| usage.get(name)).and_then(Value::as_u64);
        // A later event may leave out what an earlier one said.
        self.tokens.input = number(input).filter(|n| *n > 0).unwrap_or(self.tokens.input);
        self.tokens.output = number(output).filter(|n| *n > 0).unwrap_or(self.tokens.output);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: ProviderKind, events: &[&str]) -> (Vec<Piece>, Reader) {
        let mut reader = Reader::new(kind);
        let pieces = events.iter().filter_map(|event| reader.take(event).unwrap()).collect();
        (pieces, reader)
    }

    #[test]
    fn an_answer_of_openai_is_read() {
        let (pieces, reader) = read(
            ProviderKind::Openai,
            &[
                r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"가"},"finish_reason":null}],"usage":null}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"q","arguments":"{"}}]}}]}"#,
                r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"x"}}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
                r#"{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3}}"#,
                "[DONE]",
            ],
        );
        assert_eq!(pieces, [Piece::Text("가".into()), Piece::Tool("{".into())]);
        assert!(reader.is_whole);
        assert_eq!(reader.tokens, Tokens { input: 12, output: 3 });
    }

    #[test]
    fn an_answer_of_anthropic_is_read() {
        let (pieces, reader) = read(
            ProviderKind::Anthropic,
            &[
                r#"{"type":"message_start","message":{"usage":{"input_tokens":25,"output_tokens":1}}}"#,
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
                r#"{"type":"ping"}"#,
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#,
                r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}"#,
                r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}"#,
                r#"{"type":"message_stop"}"#,
            ],
        );
        assert_eq!(pieces, [Piece::Text("Hi".into()), Piece::Tool("{\"a\"".into())]);
        assert!(reader.is_whole);
        assert_eq!(reader.tokens, Tokens { input: 25, output: 15 });
    }

    #[test]
    fn faults_and_rubbish_are_errors_and_never_panic() {
        for kind in [ProviderKind::Openai, ProviderKind::Anthropic] {
            let mut reader = Reader::new(kind);
            assert_eq!(reader.take(r#"{"type":"error","error":{"message":"overloaded"}}"#), Err(ModelError::Fault));
            assert!(matches!(reader.take("{"), Err(ModelError::Form(_))));
            for odd in ["[]", "5", "{}", r#"{"choices":[5]}"#, r#"{"type":5}"#, r#"{"choices":[{"delta":[]}]}"#] {
                assert_eq!(reader.take(odd), Ok(None), "{odd}");
            }
            assert!(!reader.is_whole);
        }
    }
}

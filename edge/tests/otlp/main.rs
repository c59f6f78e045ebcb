//! OTLP against its reference: requests are written with `opentelemetry-proto` and read with ours.

mod bad_input;
mod logs;
mod make;
mod metrics;
mod traces;

"""An ordinary Flask service with the OpenTelemetry SDK: traces, metrics and logs over OTLP/HTTP (protobuf, gzip).

Serves itself a few requests and flushes. Where to send, and as whom, comes from the OTEL_ environment variables.
"""

import logging

from flask import Flask
from opentelemetry import metrics, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

traces = TracerProvider()
traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(traces)
meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=60_000)])
metrics.set_meter_provider(meters)
loggers = LoggerProvider()
loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
set_logger_provider(loggers)
logging.getLogger().addHandler(LoggingHandler(logger_provider=loggers))

memory = metrics.get_meter("board").create_gauge("system.memory.utilization", unit="1")
app = Flask("board")
FlaskInstrumentor().instrument_app(app)


@app.get("/post/<int:number>")
def post(number: int) -> str:
    return f"post {number}"


@app.get("/broken")
def broken() -> tuple[str, int]:
    logging.error("broken on purpose")
    return "broken on purpose", 500


client = app.test_client()
for number in range(6):
    client.get(f"/post/{number}")
client.get("/broken")
memory.set(0.42, {"system.memory.state": "used"})
flushed = [provider.force_flush() for provider in (traces, meters, loggers)]
print("flushed" if all(flushed) else f"not flushed: {flushed}")

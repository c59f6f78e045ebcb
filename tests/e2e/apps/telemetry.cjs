// OpenTelemetry in front of an application, with the cookie header captured; the same as in docs/sources.md.

const { getNodeAutoInstrumentations } = require("@opentelemetry/auto-instrumentations-node");
const { NodeSDK } = require("@opentelemetry/sdk-node");

const sdk = new NodeSDK({
  instrumentations: [
    getNodeAutoInstrumentations({
      "@opentelemetry/instrumentation-http": {
        headersToSpanAttributes: { server: { requestHeaders: ["cookie"] } },
      },
    }),
  ],
});
sdk.start();
process.on("SIGTERM", () => sdk.shutdown());

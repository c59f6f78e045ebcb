// An ordinary Express application. It knows nothing of Bonghwa: OpenTelemetry is loaded in front of it.

const express = require("express");
const pino = require("pino");

const log = pino();
const app = express();
app.get("/hello", (request, response) => response.send("hello"));
app.get("/user/:id", (request, response) => {
  log.info({ id: request.params.id }, "user read");
  response.json({ id: request.params.id });
});
app.get("/broken", (request, response) => {
  log.error("broken on purpose");
  response.status(500).send("broken on purpose");
});
const server = app.listen(Number(process.env.PORT), "127.0.0.1", () => process.stdout.write("listening\n"));
process.on("SIGTERM", () => server.close());

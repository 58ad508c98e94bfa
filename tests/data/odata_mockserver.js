// Serves OData 2 from metadata files: node odata_mockserver.js FOLDER SERVICE...; prints its port.
const http = require("http");
const path = require("path");
const [folder, ...names] = process.argv.slice(2);
const Mockserver = require(require.resolve("@sap-ux/fe-mockserver-core", { paths: [process.env.NODE_FOLDER] })).default;
const services = names.map((name) => ({
  urlPath: `/sap/opu/odata/sap/${name}`,
  metadataPath: path.join(folder, `${name}.xml`),
  mockdataPath: path.join(folder, name),
  generateMockData: false,
}));
(async () => {
  const mockserver = new Mockserver({ services, annotations: [], plugins: [] });
  await mockserver.isReady;
  const router = mockserver.getRouter();
  const server = http.createServer((request, answer) =>
    router(request, answer, (error) => {
      answer.statusCode = error ? 500 : 404;
      answer.end(String(error || ""));
    }),
  );
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
})();

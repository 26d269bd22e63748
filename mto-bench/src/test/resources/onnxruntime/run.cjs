// Runs models of ONNX on batches and prints all results as JSON: [{output: {shape, values}}].
// node run.cjs FOLDER_WITH_NODE_MODULES INPUT_NAME MODEL... -- FLOAT32_FILE EXTENT,EXTENT,...
const { createRequire } = require('node:module');
const fs = require('node:fs');
const path = require('node:path');

const [folder, name, ...rest] = process.argv.slice(2);
const models = rest.slice(0, rest.indexOf('--'));
const batches = rest.slice(rest.indexOf('--') + 1);
const load = createRequire(path.join(path.resolve(folder), 'package.json'));

function runtime() {
  try {
    return load('onnxruntime-node');
  } catch (absent) {
    const web = load('onnxruntime-web');
    web.env.wasm.numThreads = 1;
    return web;
  }
}

function tensor(ort, file, extents) {
  const bytes = fs.readFileSync(file);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return new ort.Tensor('float32', values, extents.split(',').map(Number));
}

(async () => {
  const ort = runtime();
  const printed = [];
  for (const model of models) {
    const session = await ort.InferenceSession.create(fs.readFileSync(model));
    for (let i = 0; i < batches.length; i += 2) {
      const results = await session.run({ [name]: tensor(ort, batches[i], batches[i + 1]) });
      const outputs = {};
      for (const output of session.outputNames) {
        outputs[output] = {
          shape: results[output].dims,
          values: Array.from(results[output].data),
        };
      }
      printed.push(outputs);
    }
  }
  fs.writeSync(1, JSON.stringify(printed));
  process.exit(0);
})().catch((error) => {
  fs.writeSync(2, String(error));
  process.exit(1);
});

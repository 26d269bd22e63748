// Runs models of ONNX on batches and prints all results as JSON: [{output: {shape, values}}].
// node run.cjs FOLDER_WITH_NODE_MODULES RUNS.json, with RUNS [{model, file, shape}] of the input
// "images", float32 in a file each
const { createRequire } = require('node:module');
const fs = require('node:fs');
const path = require('node:path');

const [folder, runs] = process.argv.slice(2);
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

function tensor(ort, file, shape) {
  const bytes = fs.readFileSync(file);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return new ort.Tensor('float32', values, shape);
}

(async () => {
  const ort = runtime();
  const printed = [];
  for (const { model, file, shape } of JSON.parse(fs.readFileSync(runs))) {
    const session = await ort.InferenceSession.create(fs.readFileSync(model));
    const results = await session.run({ images: tensor(ort, file, shape) });
    const outputs = {};
    for (const output of session.outputNames) {
      outputs[output] = {
        shape: results[output].dims,
        values: Array.from(results[output].data),
      };
    }
    printed.push(outputs);
  }
  fs.writeSync(1, JSON.stringify(printed));
  process.exit(0);
})().catch((error) => {
  fs.writeSync(2, String(error));
  process.exit(1);
});

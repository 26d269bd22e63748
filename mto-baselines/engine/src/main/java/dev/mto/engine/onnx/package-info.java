/**
 * SameDiff graphs as files of ONNX ({@link dev.mto.engine.onnx.OnnxFile}), translated operation by
 * operation. Knows nothing of baselines: any forward graph of the operations in {@link
 * dev.mto.engine.onnx.OperationTranslator} will do.
 */
package dev.mto.engine.onnx;

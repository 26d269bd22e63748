/**
 * Who is told how training goes on ({@link dev.mto.engine.listeners.TrainingListener}), and what
 * they make of it: lines and bars, metrics, TensorBoard, the report, pictures, measures on
 * validation images, hooks of other programs.
 */
package dev.mto.engine.listeners;

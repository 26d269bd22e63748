/**
 * Pre-training by several workers on Apache Spark: {@link dev.mto.spark.Pretrain} is the main class
 * for {@code spark-submit}. Spark starts the processes and tells where they are; gradients go
 * between them directly, by {@link dev.mto.engine.collective.TcpCollective}.
 */
package dev.mto.spark;

/**
 * Hadoop's file systems, {@code hdfs}, {@code s3a} and whatever else is configured: images are read
 * through paths of Java ({@link dev.mto.spark.hadoop.HadoopStorage}), and files of a run are put
 * there whole or not at all ({@link dev.mto.spark.hadoop.RemoteFolder}).
 *
 * <pre>{@code
 * byte[] image = Files.readAllBytes(Locations.path("hdfs://host/images/1.jpg"));
 * }</pre>
 */
package dev.mto.spark.hadoop;

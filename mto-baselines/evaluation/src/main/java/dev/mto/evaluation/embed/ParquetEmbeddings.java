package dev.mto.evaluation.embed;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mto.engine.encoder.ImageFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * Vectors as Parquet: columns {@code path} (string) and {@code vector} (list of float), what they
 * were made by as JSON under {@value #METADATA} of the file's metadata. Values of features have no
 * pattern to compress by, so nothing is compressed. Written by parquet-java, for which
 * parquet-floor has the few classes of Hadoop that it asks for.
 */
final class ParquetEmbeddings {
  /** Key of the metadata. */
  static final String METADATA = "mto.embedding";

  /** What is held in memory until it is written. */
  private static final long ROW_GROUP_BYTES = 1L << 24;

  private static final MessageType SCHEMA =
      Types.buildMessage()
          .required(PrimitiveTypeName.BINARY)
          .as(LogicalTypeAnnotation.stringType())
          .named("path")
          .requiredList()
          .requiredElement(PrimitiveTypeName.FLOAT)
          .named("vector")
          .named("embedding");

  private ParquetEmbeddings() {}

  static void write(Path file, EmbeddingTable table) throws IOException {
    String metadata = new ObjectMapper().writeValueAsString(table.plan());
    try (ParquetWriter<ImageFeature> writer =
        new Builder(new LocalOutputFile(file), new Rows(metadata))
            .withConf(new PlainParquetConfiguration())
            .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
            .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
            .withDictionaryEncoding(false)
            .withRowGroupSize(ROW_GROUP_BYTES)
            .build()) {
      table.forEach(writer::write);
    }
  }

  private static final class Builder extends ParquetWriter.Builder<ImageFeature, Builder> {
    private final Rows rows;

    Builder(OutputFile file, Rows rows) {
      super(file);
      this.rows = rows;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<ImageFeature> getWriteSupport(ParquetConfiguration configuration) {
      return rows;
    }

    @Override
    @SuppressWarnings("deprecation") // abstract all the same
    protected WriteSupport<ImageFeature> getWriteSupport(Configuration configuration) {
      return rows;
    }
  }

  /** Takes a row apart into the fields of its columns. */
  private static final class Rows extends WriteSupport<ImageFeature> {
    private final String metadata;
    private RecordConsumer out;

    Rows(String metadata) {
      this.metadata = metadata;
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(SCHEMA, Map.of(METADATA, metadata));
    }

    @Override
    @SuppressWarnings("deprecation") // abstract all the same
    public WriteContext init(Configuration configuration) {
      return new WriteContext(SCHEMA, Map.of(METADATA, metadata));
    }

    @Override
    public void prepareForWrite(RecordConsumer consumer) {
      out = consumer;
    }

    @Override
    public void write(ImageFeature row) {
      out.startMessage();
      out.startField("path", 0);
      out.addBinary(Binary.fromString(row.image().toString()));
      out.endField("path", 0);
      out.startField("vector", 1);
      out.startGroup();
      out.startField("list", 0);
      for (float value : row.vector()) {
        out.startGroup();
        out.startField("element", 0);
        out.addFloat(value);
        out.endField("element", 0);
        out.endGroup();
      }
      out.endField("list", 0);
      out.endGroup();
      out.endField("vector", 1);
      out.endMessage();
    }
  }
}

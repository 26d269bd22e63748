package dev.mto.engine.run;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a micro-batch measured, before it becomes part of the step's means.
 *
 * @param bound of heterogeneity
 * @param means numbers in turn; those of one name are added
 * @param layers numbers by layer
 * @param once numbers of the step's first micro-batch alone
 */
record MeasuredBatch(
    double bound, List<Value> means, Map<String, double[]> layers, Map<String, Double> once) {
  /** A number by its name. */
  record Value(String name, double value) {}

  /** Nothing yet. */
  MeasuredBatch(double bound) {
    this(bound, new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  void put(String name, double value) {
    means.add(new Value(name, value));
  }

  /** Whether all losses are finite. */
  boolean isFinite() {
    return means.stream()
        .filter(value -> value.name().startsWith("loss") && !value.name().equals("loss.reference"))
        .allMatch(value -> Double.isFinite(value.value()));
  }

  void write(DataOutputStream out) throws IOException {
    out.writeDouble(bound);
    out.writeInt(means.size());
    for (Value value : means) {
      out.writeUTF(value.name());
      out.writeDouble(value.value());
    }
    out.writeInt(layers.size());
    for (Map.Entry<String, double[]> layer : layers.entrySet()) {
      out.writeUTF(layer.getKey());
      out.writeInt(layer.getValue().length);
      for (double value : layer.getValue()) {
        out.writeDouble(value);
      }
    }
    out.writeInt(once.size());
    for (Map.Entry<String, Double> value : once.entrySet()) {
      out.writeUTF(value.getKey());
      out.writeDouble(value.getValue());
    }
  }

  static MeasuredBatch read(DataInputStream in) throws IOException {
    MeasuredBatch measured = new MeasuredBatch(in.readDouble());
    for (int left = in.readInt(); left > 0; left--) {
      measured.put(in.readUTF(), in.readDouble());
    }
    for (int left = in.readInt(); left > 0; left--) {
      String name = in.readUTF();
      double[] values = new double[in.readInt()];
      for (int i = 0; i < values.length; i++) {
        values[i] = in.readDouble();
      }
      measured.layers.put(name, values);
    }
    for (int left = in.readInt(); left > 0; left--) {
      measured.once.put(in.readUTF(), in.readDouble());
    }
    return measured;
  }
}

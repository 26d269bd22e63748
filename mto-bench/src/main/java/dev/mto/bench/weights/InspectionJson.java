package dev.mto.bench.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.models.weights.WeightMatch;
import java.io.UncheckedIOException;

/** An inspection for programs. */
final class InspectionJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private InspectionJson() {}

  static String of(Inspection inspection) {
    ObjectNode root = JSON.createObjectNode();
    root.put("file", inspection.source().file().toString());
    root.put("format", inspection.summary().format());
    root.set("entries", JSON.valueToTree(inspection.summary().entries()));
    root.put("names", inspection.names());
    root.put("values", inspection.summary().elements());
    root.set("types", JSON.valueToTree(inspection.types()));
    ArrayNode tensors = root.putArray("tensors");
    inspection
        .summary()
        .tensors()
        .forEach(
            (name, info) -> {
              ObjectNode tensor = tensors.addObject();
              tensor.put("name", name);
              tensor.set("shape", JSON.valueToTree(info.shape()));
              tensor.put("dtype", TypeNames.of(info.type()));
            });
    inspection.match().ifPresent(match -> root.set("model", model(match)));
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode model(WeightMatch match) {
    ObjectNode model = JSON.createObjectNode();
    model.put("complete", match.complete());
    model.set("matched", JSON.valueToTree(match.matched()));
    model.set("missing", JSON.valueToTree(match.missing()));
    model.set("unexpected", JSON.valueToTree(match.unexpected()));
    ArrayNode others = model.putArray("other_shape");
    for (WeightMatch.OtherShape other : match.otherShape()) {
      ObjectNode node = others.addObject();
      node.put("name", other.name());
      node.set("in_file", JSON.valueToTree(other.inFile()));
      node.set("in_model", JSON.valueToTree(other.inModel()));
    }
    return model;
  }
}

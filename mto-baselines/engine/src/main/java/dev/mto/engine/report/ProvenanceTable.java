package dev.mto.engine.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Iterator;
import java.util.Map;

/** The run's {@code provenance.json} as a table of dotted names and values. */
record ProvenanceTable(String json) {
  String html() {
    JsonNode root;
    try {
      root = JsonMapper.builder().build().readTree(json);
    } catch (JsonProcessingException e) {
      return "<pre>" + Html.escape(json) + "</pre>";
    }
    StringBuilder rows = new StringBuilder();
    addRows(rows, "", root);
    return rows.isEmpty() ? "" : "<table>\n" + rows + "</table>";
  }

  private static void addRows(StringBuilder rows, String name, JsonNode value) {
    if (!value.isObject()) {
      rows.append(
          "<tr><th>%s</th><td>%s</td></tr>\n"
              .formatted(
                  Html.escape(name),
                  Html.escape(value.isValueNode() ? value.asText() : value.toString())));
      return;
    }
    for (Iterator<Map.Entry<String, JsonNode>> all = value.fields(); all.hasNext(); ) {
      Map.Entry<String, JsonNode> field = all.next();
      addRows(
          rows, name.isEmpty() ? field.getKey() : name + "." + field.getKey(), field.getValue());
    }
  }
}

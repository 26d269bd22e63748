package dev.mto.engine.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.Locale;

/** Writes enum constants the way users write them: {@code before_position}. */
final class LowerCaseEnums extends SimpleModule {
  private static final long serialVersionUID = 1L;

  LowerCaseEnums() {
    addSerializer(new Serializer());
  }

  private static final class Serializer extends StdSerializer<Enum<?>> {
    private static final long serialVersionUID = 1L;

    Serializer() {
      super(Enum.class, false);
    }

    @Override
    public void serialize(Enum<?> value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(value.name().toLowerCase(Locale.ROOT));
    }
  }
}

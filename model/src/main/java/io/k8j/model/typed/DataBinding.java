package io.k8j.model.typed;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * Jackson's data binding, for classes of others, for the few models that have converters of their own, and for words
 * about what is wrong. To load it and to let it look at a class takes longer than all other steps of a start together,
 * so nothing that every start does may need it.
 */
final class DataBinding {
    // fabric8's models carry their own annotations; unknown fields must survive an older model.
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private DataBinding() {}

    /** The mapper with shared strings and without managed fields; not made unless something is read into a class. */
    private static final class Shared {
        static final JsonMapper MAPPER = DataBinding.MAPPER
                .rebuild()
                .addMixIn(ObjectMeta.class, WithoutManagedFields.class)
                .addModule(new SimpleModule().addDeserializer(String.class, new SharedStrings(Models.STRINGS)))
                .build();
    }

    /** Field sets are half of what many objects weigh, and no component looks at them in this form. */
    @JsonIgnoreProperties("managedFields")
    private abstract static class WithoutManagedFields {}

    private static final class SharedStrings extends StdDeserializer<String> {
        private final transient StringPool pool;

        SharedStrings(StringPool pool) {
            super(String.class);
            this.pool = pool;
        }

        @Override
        public String deserialize(JsonParser parser, DeserializationContext context) {
            if (parser.currentToken() != JsonToken.VALUE_STRING) {
                String text = parser.getValueAsString();
                return text != null ? text : (String) context.handleUnexpectedToken(getValueType(context), parser);
            }
            return pool.share(parser.getString());
        }
    }

    static <T> T read(byte[] json, Class<T> type) {
        return Shared.MAPPER.readValue(json, type);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> tree(byte[] json) {
        return MAPPER.readValue(json, LinkedHashMap.class);
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> treeOf(Object model) {
        return MAPPER.convertValue(model, LinkedHashMap.class);
    }

    static byte[] write(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }
}

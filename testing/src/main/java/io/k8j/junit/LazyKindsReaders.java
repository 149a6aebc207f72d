package io.k8j.junit;

import io.fabric8.kubernetes.internal.KubernetesDeserializer;
import java.util.function.Consumer;
import tools.jackson.core.JsonParser;
import tools.jackson.core.TreeNode;
import tools.jackson.core.util.JsonParserDelegate;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.HandlerInstantiator;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.jsontype.TypeIdResolver;
import tools.jackson.databind.jsontype.TypeResolverBuilder;

/** fabric8's readers and writers, of which the one for objects of any kind tells the kinds before it looks for their classes. */
final class LazyKindsReaders extends HandlerInstantiator {
    private final HandlerInstantiator own;
    private final Consumer<String> met;

    /**
     * @param own the library's
     * @param met told the kind of each object that is about to be read
     */
    LazyKindsReaders(HandlerInstantiator own, Consumer<String> met) {
        this.own = own;
        this.met = met;
    }

    private static final class AnyKind extends ValueDeserializer<Object> {
        private final KubernetesDeserializer own;
        private final Consumer<String> met;

        AnyKind(KubernetesDeserializer own, Consumer<String> met) {
            this.own = own;
            this.met = met;
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) {
            JsonNode tree = parser.readValueAsTree();
            tell(tree);
            if (tree.isArray()) tree.forEach(this::tell);
            return own.deserialize(new Read(parser, tree), context);
        }

        private void tell(JsonNode object) {
            JsonNode kind = object.get("kind");
            if (kind != null && kind.isString()) met.accept(kind.stringValue());
        }
    }

    /** A parser of what was read already. */
    private static final class Read extends JsonParserDelegate {
        private final JsonNode tree;

        Read(JsonParser parser, JsonNode tree) {
            super(parser);
            this.tree = tree;
        }

        @Override
        @SuppressWarnings("unchecked") // the method promises what the caller asks for
        public <T extends TreeNode> T readValueAsTree() {
            return (T) tree;
        }
    }

    @Override
    public ValueDeserializer<?> deserializerInstance(DeserializationConfig config, Annotated annotated, Class<?> type) {
        ValueDeserializer<?> found = own.deserializerInstance(config, annotated, type);
        return found instanceof KubernetesDeserializer anyKind ? new AnyKind(anyKind, met) : found;
    }

    @Override
    public KeyDeserializer keyDeserializerInstance(DeserializationConfig config, Annotated annotated, Class<?> type) {
        return own.keyDeserializerInstance(config, annotated, type);
    }

    @Override
    public ValueSerializer<?> serializerInstance(SerializationConfig config, Annotated annotated, Class<?> type) {
        return own.serializerInstance(config, annotated, type);
    }

    @Override
    public TypeResolverBuilder<?> typeResolverBuilderInstance(
            MapperConfig<?> config, Annotated annotated, Class<?> type) {
        return own.typeResolverBuilderInstance(config, annotated, type);
    }

    @Override
    public TypeIdResolver typeIdResolverInstance(MapperConfig<?> config, Annotated annotated, Class<?> type) {
        return own.typeIdResolverInstance(config, annotated, type);
    }
}

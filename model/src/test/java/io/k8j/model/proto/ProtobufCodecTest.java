package io.k8j.model.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.ResourceInfo;
import io.k8j.model.resource.ResourceRegistry;
import io.k8j.model.schema.Samples;
import io.k8j.model.schema.Schema;
import io.k8j.model.schema.Schemas;
import io.kubernetes.client.proto.Meta;
import io.kubernetes.client.proto.Runtime;
import io.kubernetes.client.proto.V1;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProtobufCodecTest {
    static Stream<GroupVersionKind> kinds() {
        Stream<GroupVersionKind> served = ResourceRegistry.builtIn().all().stream()
                .flatMap(info -> Stream.of(info.gvk(), list(info)))
                .filter(gvk -> Schemas.kind(gvk) != null);
        return Stream.concat(
                served,
                Stream.of("Status", "DeleteOptions", "CreateOptions", "PatchOptions", "UpdateOptions")
                        .map(kind -> new GroupVersionKind("", "v1", kind)));
    }

    private static GroupVersionKind list(ResourceInfo info) {
        return new GroupVersionKind(info.gvk().group(), info.gvk().version(), info.listKind());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyFieldSurvives(GroupVersionKind gvk) {
        Map<String, Object> tree = Samples.of(gvk);
        if (tree.get("items") instanceof List<?> items)
            items.forEach(item -> ((Map<?, ?>) item).keySet().removeAll(List.of("kind", "apiVersion")));
        dropTypeMetaOfClaimTemplates(tree);
        byte[] bytes = ProtobufCodec.encode(tree);
        assertThat(ProtobufCodec.kind(bytes)).isEqualTo(gvk);
        assertThat(ProtobufCodec.decode(bytes)).isEqualTo(tree);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theOfficialClientsMessagesUnderstandEveryField(GroupVersionKind gvk) throws Exception {
        Schema schema = Schemas.kind(gvk);
        Descriptor descriptor = descriptor(schema.typeName());
        if (descriptor == null) return; // API registration has no class there
        byte[] message = ProtobufCodec.message(schema, Samples.of(gvk));
        DynamicMessage official = DynamicMessage.parseFrom(descriptor, message);
        assertThat(unknown(official)).isEmpty();
        assertThat(ProtobufCodec.message(schema, official.toByteArray()))
                .isEqualTo(ProtobufCodec.message(schema, message));
    }

    @Test
    void anOfficialClientsPodIsRead() {
        V1.Pod pod = V1.Pod.newBuilder()
                .setMetadata(Meta.ObjectMeta.newBuilder()
                        .setName("p")
                        .setCreationTimestamp(Meta.Time.newBuilder())
                        .putLabels("a", "b"))
                .setSpec(V1.PodSpec.newBuilder()
                        .addVolumes(V1.Volume.newBuilder()
                                .setName("v")
                                .setVolumeSource(
                                        V1.VolumeSource.newBuilder().setEmptyDir(V1.EmptyDirVolumeSource.newBuilder())))
                        .addContainers(V1.Container.newBuilder().setName("c").setStdin(true)))
                .build();
        Runtime.Unknown unknown = Runtime.Unknown.newBuilder()
                .setTypeMeta(Runtime.TypeMeta.newBuilder().setApiVersion("v1").setKind("Pod"))
                .setRaw(pod.toByteString())
                .build();
        byte[] body = unknown.toByteArray();
        byte[] bytes = Arrays.copyOf(new byte[] {'k', '8', 's', 0}, body.length + 4);
        System.arraycopy(body, 0, bytes, 4, body.length);
        assertThat(ProtobufCodec.decode(bytes))
                .isEqualTo(Map.of(
                        "kind",
                        "Pod",
                        "apiVersion",
                        "v1",
                        "metadata",
                        Map.of("name", "p", "labels", Map.of("a", "b")),
                        "spec",
                        Map.of(
                                "volumes",
                                List.of(Map.of("name", "v", "emptyDir", Map.of())),
                                "containers",
                                List.of(Map.of("name", "c", "stdin", true)))));
    }

    @Test
    void watchEventsAndListsAreWhatTheOfficialClientExpects() throws Exception {
        Map<String, Object> pod = Map.of("apiVersion", "v1", "kind", "Pod", "metadata", Map.of("name", "p"));
        byte[] event = ProtobufCodec.watchEvent("ADDED", ProtobufCodec.encode(pod));
        Meta.WatchEvent official = Meta.WatchEvent.parseFrom(event);
        assertThat(official.getType()).isEqualTo("ADDED");
        assertThat(ProtobufCodec.decode(official.getObject().getRaw().toByteArray()))
                .isEqualTo(pod);

        byte[] message = ProtobufCodec.message(Schemas.kind(new GroupVersionKind("", "v1", "Pod")), pod);
        byte[] list = ProtobufCodec.list("v1", "PodList", Map.of("resourceVersion", "7"), List.of(message, message));
        assertThat(ProtobufCodec.decode(list))
                .isEqualTo(Map.of(
                        "apiVersion",
                        "v1",
                        "kind",
                        "PodList",
                        "metadata",
                        Map.of("resourceVersion", "7"),
                        "items",
                        List.of(Map.of("metadata", Map.of("name", "p")), Map.of("metadata", Map.of("name", "p")))));
    }

    @Test
    void brokenBytesGiveATypedException() {
        byte[] good = ProtobufCodec.encode(Samples.of(new GroupVersionKind("", "v1", "Pod")));
        Random random = new Random(7);
        for (int round = 0; round < 3000; round++) {
            byte[] bad = good.clone();
            for (int i = 0; i < 1 + round % 5; i++) bad[4 + random.nextInt(bad.length - 4)] = (byte) random.nextInt();
            if (round % 3 == 0) bad = Arrays.copyOf(bad, 4 + random.nextInt(bad.length - 4));
            byte[] input = bad;
            assertThatCode(() -> {
                        try {
                            ProtobufCodec.decode(input);
                        } catch (ProtobufException expected) {
                            assertThat(expected.getMessage()).isNotEmpty();
                        }
                    })
                    .as("round " + round)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void nestingAndForeignKindsAreRefused() {
        Map<String, Object> schema = new HashMap<>(Map.of("type", "object"));
        for (int i = 0; i < 300; i++) schema = new HashMap<>(Map.of("not", schema));
        Schema props = Schemas.type("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
        Map<String, Object> deep = schema;
        assertThatThrownBy(() -> ProtobufCodec.message(props, deep)).isInstanceOf(ProtobufException.class);
        assertThatThrownBy(() -> ProtobufCodec.encode(Map.of("apiVersion", "example.com/v1", "kind", "Foo")))
                .isInstanceOf(ProtobufException.class)
                .hasMessage("kind Foo of version example.com/v1 has no protobuf form");
        assertThatThrownBy(() -> ProtobufCodec.decode(new byte[] {'{', '}'})).isInstanceOf(ProtobufException.class);
    }

    /** Objects within objects have no apiVersion and kind in protobuf. */
    private static void dropTypeMetaOfClaimTemplates(Object tree) {
        if (tree instanceof Map<?, ?> map) {
            if (map.get("volumeClaimTemplates") instanceof List<?> claims)
                claims.forEach(claim -> ((Map<?, ?>) claim).keySet().removeAll(List.of("kind", "apiVersion")));
            map.values().forEach(ProtobufCodecTest::dropTypeMetaOfClaimTemplates);
        } else if (tree instanceof List<?> list) {
            list.forEach(ProtobufCodecTest::dropTypeMetaOfClaimTemplates);
        }
    }

    private static List<Object> unknown(Message message) {
        List<Object> found =
                new java.util.ArrayList<>(message.getUnknownFields().asMap().entrySet());
        message.getAllFields().forEach((field, value) -> {
            if (value instanceof Message inner) found.addAll(unknown(inner));
            if (value instanceof List<?> list)
                for (Object item : list) if (item instanceof Message inner) found.addAll(unknown(inner));
        });
        return found;
    }

    private static Descriptor descriptor(String typeName)
            throws ReflectiveOperationException, InvalidProtocolBufferException {
        String[] words = typeName.split("\\.");
        String kind = words[words.length - 1];
        String version = words[words.length - 2];
        String group = words[words.length - 3];
        String holder = group.equals("core")
                ? "V1"
                : group.equals("meta")
                        ? "Meta"
                        : version.toUpperCase(java.util.Locale.ROOT)
                                + group.substring(0, 1).toUpperCase(java.util.Locale.ROOT)
                                + group.substring(1);
        try {
            Class<?> type = Class.forName("io.kubernetes.client.proto." + holder + "$" + kind);
            return (Descriptor) type.getMethod("getDescriptor").invoke(null);
        } catch (ClassNotFoundException absent) {
            assertThat(group).isEqualTo("apiregistration");
            return null;
        }
    }
}

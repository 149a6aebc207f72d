package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of volumes follow the objects they come from while the Pod runs. */
class VolumeUpdatesIT extends ContainerTest {
    private enum Source {
        CONFIG_MAP("configMap: {name: %s, optional: true}"),
        PROJECTED_CONFIG_MAP("projected: {sources: [{configMap: {name: %s, optional: true}}]}"),
        SECRET("secret: {secretName: %s, optional: true}"),
        PROJECTED_SECRET("projected: {sources: [{secret: {name: %s, optional: true}}]}");

        private final String form;

        Source(String form) {
            this.form = form;
        }

        String volume(String name) {
            return "{name: %s, %s}".formatted(name, form.formatted(name));
        }

        HasMetadata object(String name, Map<String, String> data) {
            return name().endsWith("SECRET")
                    ? new SecretBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .withStringData(data)
                            .build()
                    : new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .withData(data)
                            .build();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Conformance("storage/ConfigMap/2")
    @Conformance("storage/Secrets/1")
    @Conformance("storage/ProjectedConfigMap/1")
    @Conformance("storage/ProjectedSecret/1")
    void optionalSourcesComeChangeAndGo(Source source) {
        HasMetadata deleted = source.object("deleted", Map.of("data-1", "value-1"));
        HasMetadata updated = source.object("updated", Map.of("data-1", "value-1"));
        client().resource(deleted).create();
        client().resource(updated).create();
        createSleeper(
                "watcher",
                "volumes: [%s, %s, %s]"
                        .formatted(source.volume("deleted"), source.volume("updated"), source.volume("created")),
                """
                volumeMounts:
                - {name: deleted, mountPath: /v/deleted}
                - {name: updated, mountPath: /v/updated}
                - {name: created, mountPath: /v/created}
                """);
        awaitReady("watcher");
        assertThat(shell("watcher", "cat /v/deleted/data-1 /v/updated/data-1; ls /v/created"))
                .isEqualTo("value-1value-1");

        client().resource(deleted).delete();
        client().resource(source.object("updated", Map.of("data-3", "value-3"))).update();
        client().resource(source.object("created", Map.of("data-1", "value-1"))).create();

        eventually(() -> assertThat(shell("watcher", "cat /v/created/data-1")).isEqualTo("value-1"));
        eventually(() -> assertThat(shell("watcher", "cat /v/updated/data-3")).isEqualTo("value-3"));
        eventually(() -> assertThat(
                        exec("watcher", "c", "cat", "/v/deleted/data-1").stderr())
                .contains("can't open '/v/deleted/data-1': No such file or directory"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"configMap: {name: map}", "projected: {sources: [{configMap: {name: map}}]}"})
    @Conformance("storage/ConfigMap/11")
    @Conformance("storage/ProjectedConfigMap/9")
    void anUpdateShowsInTheFile(String volume) {
        configMap("map", Map.of("data-1", "value-1"));
        createSleeper(
                "reader",
                "volumes: [{name: v, %s}]".formatted(volume),
                "volumeMounts: [{name: v, mountPath: /v, readOnly: true}]");
        awaitReady("reader");
        assertThat(shell("reader", "cat /v/data-1")).isEqualTo("value-1");
        client().configMaps()
                .withName("map")
                .edit(map ->
                        new ConfigMapBuilder(map).addToData("data-1", "value-2").build());
        eventually(() -> assertThat(shell("reader", "cat /v/data-1")).isEqualTo("value-2"));
    }

    @Test
    @Conformance("storage/ConfigMap/1")
    void textAndBytesAreBothFiles() {
        byte[] bytes = {(byte) 0xde, (byte) 0xca, (byte) 0xfe, 0, (byte) 0xba, (byte) 0xd0};
        Map<String, String> binary =
                new HashMap<>(Map.of("dump.bin", Base64.getEncoder().encodeToString(bytes)));
        ConfigMap both = new ConfigMapBuilder()
                .withNewMetadata()
                .withName("both")
                .endMetadata()
                .addToData("data", "value-1\n")
                .withBinaryData(binary)
                .build();
        client().resource(both).create();
        assertThat(outputOf(
                        "cat /v/data; xxd -p /v/dump.bin",
                        "volumes: [{name: v, configMap: {name: both}}]",
                        "volumeMounts: [{name: v, mountPath: /v}]"))
                .isEqualTo("value-1\ndecafe00bad0\n");
    }

    @Test
    @Conformance("storage/Secrets/2")
    void secretsOfOtherNamespacesAreNotSeen() throws Exception {
        String other = newNamespace();
        try {
            HasMetadata theirs = Source.SECRET.object("same", Map.of("data-1", "theirs\n"));
            client().resource(theirs).inNamespace(other).create();
            client().resource(Source.SECRET.object("same", Map.of("data-1", "ours\n")))
                    .create();
            assertThat(outputOf(
                            "ls /v; stat -L -c %A /v/data-1; cat /v/data-1",
                            "volumes: [{name: v, secret: {secretName: same}}]",
                            "volumeMounts: [{name: v, mountPath: /v, readOnly: true}]"))
                    .isEqualTo("data-1\n-rw-r--r--\nours\n");
        } finally {
            client().namespaces().withName(other).delete();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"labels, false", "annotations, false", "labels, true", "annotations, true"})
    @Conformance("storage/DownwardAPIVolume/10")
    @Conformance("storage/DownwardAPIVolume/11")
    @Conformance("storage/ProjectedDownwardAPI/10")
    @Conformance("storage/ProjectedDownwardAPI/11")
    void labelsAndAnnotationsShowWhatIsAdded(String field, boolean projected) {
        String items = "downwardAPI: {items: [{path: file, fieldRef: {fieldPath: metadata.%s}}]}".formatted(field);
        createSleeper(
                "self",
                "volumes: [{name: v, %s}]".formatted(projected ? "projected: {sources: [{" + items + "}]}" : items),
                "volumeMounts: [{name: v, mountPath: /v}]");
        awaitReady("self");
        client().pods().withName("self").edit(pod -> {
            var metadata = new PodBuilder(pod).editMetadata();
            return (field.equals("labels")
                            ? metadata.addToLabels("key", "new")
                            : metadata.addToAnnotations("key", "new"))
                    .endMetadata()
                    .build();
        });
        eventually(() -> assertThat(shell("self", "cat /v/file")).contains("key=\"new\""));
    }
}

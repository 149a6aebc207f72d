package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a Pod finds in the files of its ConfigMap and Secret volumes: path, mode, owner and content. */
class VolumeFilesIT extends ContainerTest {
    private static final String ITEM = "items: [{key: data-2, path: path/to/data-2}]";
    private static final String ITEM_0400 = "items: [{key: data-2, path: path/to/data-2, mode: 0400}]";
    private static final String USER = "securityContext: {runAsUser: 1000}";
    private static final String USER_AND_GROUP = "securityContext: {runAsUser: 1000, fsGroup: 1001}";

    /**
     * @param options fields beside the source's name
     * @param podFields fields of the Pod's spec
     * @param file what the Pod reads
     * @param mode what ls shows
     * @param owner user and group
     */
    record Case(String name, String options, String podFields, String file, String mode, String owner) {
        static final Case PLAIN = new Case("by default", "", "", "data-1", "-rw-r--r--", "0:0");
        static final Case USER_READS = new Case("read by a user", "", USER, "data-1", "-rw-r--r--", "0:0");
        static final Case DEFAULT_MODE =
                new Case("with defaultMode", "defaultMode: 0400", "", "data-1", "-r--------", "0:0");
        static final Case MAPPED = new Case("mapped", ITEM, "", "path/to/data-2", "-rw-r--r--", "0:0");
        static final Case MAPPED_MODE =
                new Case("mapped with a mode", ITEM_0400, "", "path/to/data-2", "-r--------", "0:0");
        static final Case MAPPED_USER =
                new Case("mapped, read by a user", ITEM, USER, "path/to/data-2", "-rw-r--r--", "0:0");
        static final Case GROUP =
                new Case("with fsGroup", "defaultMode: 0440", USER_AND_GROUP, "data-1", "-r--r-----", "0:1001");
    }

    private enum Source {
        CONFIG_MAP("configMap: {name: source, %s}"),
        SECRET("secret: {secretName: source, %s}"),
        PROJECTED_CONFIG_MAP("projected: {sources: [{configMap: {name: source, %s}}], %s}"),
        PROJECTED_SECRET("projected: {sources: [{secret: {name: source, %s}}], %s}");

        private final String form;

        Source(String form) {
            this.form = form;
        }

        String volume(String options) {
            // Of a projected volume, items belong to the source and the mode to the whole.
            boolean inner = !form.startsWith("projected") || options.startsWith("items");
            return form.replaceFirst("%s", inner ? options : "").replaceFirst("%s", inner ? "" : options);
        }
    }

    static Stream<Arguments> cases() {
        return Stream.of(Source.values())
                .flatMap(source -> Stream.of(
                                Case.PLAIN,
                                Case.USER_READS,
                                Case.DEFAULT_MODE,
                                Case.MAPPED,
                                Case.MAPPED_MODE,
                                Case.MAPPED_USER,
                                Case.GROUP)
                        .map(c -> Arguments.of(source, c)));
    }

    private void makeSource(Source source) {
        Map<String, String> data = Map.of("data-1", "value-1\n", "data-2", "value-2\n", "data-3", "value-3\n");
        if (source == Source.CONFIG_MAP || source == Source.PROJECTED_CONFIG_MAP) {
            configMap("source", data);
        } else {
            client().resource(new SecretBuilder()
                            .withNewMetadata()
                            .withName("source")
                            .endMetadata()
                            .withStringData(data)
                            .build())
                    .create();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    @Conformance("storage/ConfigMap/3")
    @Conformance("storage/ConfigMap/4")
    @Conformance("storage/ConfigMap/5")
    @Conformance("storage/ConfigMap/6")
    @Conformance("storage/ConfigMap/7")
    @Conformance("storage/ConfigMap/8")
    @Conformance("storage/Secrets/3")
    @Conformance("storage/Secrets/4")
    @Conformance("storage/Secrets/5")
    @Conformance("storage/Secrets/6")
    @Conformance("storage/Secrets/7")
    @Conformance("storage/ProjectedConfigMap/2")
    @Conformance("storage/ProjectedConfigMap/3")
    @Conformance("storage/ProjectedConfigMap/4")
    @Conformance("storage/ProjectedConfigMap/5")
    @Conformance("storage/ProjectedConfigMap/6")
    @Conformance("storage/ProjectedConfigMap/7")
    @Conformance("storage/ProjectedSecret/2")
    @Conformance("storage/ProjectedSecret/3")
    @Conformance("storage/ProjectedSecret/4")
    @Conformance("storage/ProjectedSecret/5")
    @Conformance("storage/ProjectedSecret/6")
    void filesHaveModeOwnerAndContent(Source source, Case wanted) {
        makeSource(source);
        String file = "/etc/source/" + wanted.file();
        String volumes = "volumes: [{name: v, %s}]".formatted(source.volume(wanted.options()));
        assertThat(outputOf(
                        "stat -L -c '%A %u:%g' FILE; cat FILE".replace("FILE", file),
                        volumes + "\n" + wanted.podFields(),
                        "volumeMounts: [{name: v, mountPath: /etc/source, readOnly: true}]"))
                .isEqualTo("%s %s\nvalue-%s\n"
                        .formatted(
                                wanted.mode(),
                                wanted.owner(),
                                wanted.file().substring(wanted.file().length() - 1)));
    }

    static Stream<Source> sources() {
        return Stream.of(Source.values());
    }

    @ParameterizedTest
    @MethodSource("sources")
    @Conformance("storage/ConfigMap/9")
    @Conformance("storage/Secrets/8")
    @Conformance("storage/ProjectedConfigMap/8")
    @Conformance("storage/ProjectedSecret/7")
    void oneSourceFeedsTwoVolumesOfAPod(Source source) {
        makeSource(source);
        assertThat(outputOf(
                        "cat /etc/one/data-1 /etc/two/data-1; stat -L -c %A /etc/one/data-1 /etc/two/data-1",
                        "volumes: [{name: a, FORM}, {name: b, FORM}]".replace("FORM", source.volume("")), """
                        volumeMounts:
                        - {name: a, mountPath: /etc/one, readOnly: true}
                        - {name: b, mountPath: /etc/two, readOnly: true}
                        """))
                .isEqualTo("value-1\nvalue-1\n-rw-r--r--\n-rw-r--r--\n");
    }
}

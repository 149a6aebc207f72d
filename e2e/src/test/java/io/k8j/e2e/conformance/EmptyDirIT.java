package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories that live as long as their Pod. */
class EmptyDirIT extends ContainerTest {
    private static final String MOUNT = "volumeMounts: [{name: v, mountPath: /data}]";

    private static String volume(String medium) {
        return "volumes: [{name: v, emptyDir: {%s}}]".formatted(medium.isEmpty() ? "" : "medium: " + medium);
    }

    @ParameterizedTest(name = "medium \"{0}\", user {1}, mode {2}")
    @CsvSource({
        "'', 1001, 0644, -rw-r--r--",
        "Memory, 1001, 0644, -rw-r--r--",
        "'', 1001, 0666, -rw-rw-rw-",
        "Memory, 1001, 0666, -rw-rw-rw-",
        "'', 1001, 0777, -rwxrwxrwx",
        "Memory, 1001, 0777, -rwxrwxrwx",
        "'', 0, 0644, -rw-r--r--",
        "Memory, 0, 0644, -rw-r--r--",
        "'', 0, 0666, -rw-rw-rw-",
        "Memory, 0, 0666, -rw-rw-rw-",
        "'', 0, 0777, -rwxrwxrwx",
        "Memory, 0, 0777, -rwxrwxrwx",
    })
    @Conformance("storage/EmptyDirVolumes/2")
    @Conformance("storage/EmptyDirVolumes/3")
    @Conformance("storage/EmptyDirVolumes/4")
    @Conformance("storage/EmptyDirVolumes/5")
    @Conformance("storage/EmptyDirVolumes/6")
    @Conformance("storage/EmptyDirVolumes/7")
    @Conformance("storage/EmptyDirVolumes/8")
    @Conformance("storage/EmptyDirVolumes/9")
    @Conformance("storage/EmptyDirVolumes/10")
    @Conformance("storage/EmptyDirVolumes/11")
    @Conformance("storage/EmptyDirVolumes/12")
    @Conformance("storage/EmptyDirVolumes/13")
    void filesKeepTheModeTheyAreGiven(String medium, int user, String mode, String shown) {
        String output = outputOf(
                """
                umask 0; echo content > /data/file; chmod MODE /data/file
                stat -c '%A %u' /data/file; cat /data/file; stat -f -c %T /data
                """.replace("MODE", mode),
                volume(medium),
                MOUNT + "\nsecurityContext: {runAsUser: %d}".formatted(user));
        assertThat(output).startsWith("%s %d\ncontent\n".formatted(shown, user));
        assertThat(output.endsWith("\ntmpfs\n")).as(output).isEqualTo(medium.equals("Memory"));
    }

    @ParameterizedTest(name = "medium \"{0}\"")
    @ValueSource(strings = {"", "Memory"})
    @Conformance("storage/EmptyDirVolumes/14")
    @Conformance("storage/EmptyDirVolumes/15")
    void everybodyMayWriteIntoTheVolume(String medium) {
        String output = outputOf("stat -c %A /data; stat -f -c %T /data", volume(medium), MOUNT);
        assertThat(output).startsWith("drwxrwxrwx\n");
        assertThat(output.endsWith("\ntmpfs\n")).as(output).isEqualTo(medium.equals("Memory"));
    }

    @Test
    @Conformance("storage/EmptyDirVolumes/1")
    void containersShareTheVolume() {
        create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: shared}
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 0
                  volumes: [{name: v, emptyDir: {}}]
                  containers:
                  - name: main
                    image: IMAGE
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, "until [ -f /data/done ]; do usleep 100000; done; cat /data/shared.txt"]
                    volumeMounts: [{name: v, mountPath: /data}]
                  - name: sub
                    image: IMAGE
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, "echo Hello from the other one > /else/shared.txt; touch /else/done"]
                    volumeMounts: [{name: v, mountPath: /else}]
                """.replace("IMAGE", BUSYBOX));
        awaitPhase("shared", "Succeeded");
        assertThat(logs("shared", "main")).isEqualTo("Hello from the other one\n");
    }

    @Test
    @Conformance("storage/EmptyDirWrapper/2")
    void aSecretAndAConfigMapDoNotConflict() {
        configMap("map", Map.of("a", "from the map\n"));
        client().resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("secret")
                        .endMetadata()
                        .addToStringData("b", "from the secret\n")
                        .build())
                .create();
        assertThat(outputOf(
                        "cat /map/a /secret/b",
                        """
                        volumes:
                        - {name: s, secret: {secretName: secret}}
                        - {name: m, configMap: {name: map}}
                        """,
                        "volumeMounts: [{name: s, mountPath: /secret}, {name: m, mountPath: /map}]"))
                .isEqualTo("from the map\nfrom the secret\n");
    }

    @Test
    @Conformance("storage/EmptyDirWrapper/1")
    void fiftyVolumesInEachOfFivePodsStart() {
        IntStream.range(0, 50)
                .forEach(i -> client().resource(new ConfigMapBuilder()
                                .withNewMetadata()
                                .withName("racey-" + i)
                                .endMetadata()
                                .addToData("data-1", "value-1")
                                .build())
                        .create());
        String volumes = IntStream.range(0, 50)
                .mapToObj(
                        "- {name: racey-%1$d, configMap: {name: racey-%1$d, items: [{key: data-1, path: data-1}]}}"
                                ::formatted)
                .collect(Collectors.joining("\n"));
        String mounts = IntStream.range(0, 50)
                .mapToObj("- {name: racey-%1$d, mountPath: /etc/config-%1$d}"::formatted)
                .collect(Collectors.joining("\n"));
        create("""
                apiVersion: v1
                kind: ReplicationController
                metadata: {name: wrapped}
                spec:
                  replicas: 5
                  selector: {name: wrapped}
                  template:
                    metadata: {labels: {name: wrapped}}
                    spec:
                      terminationGracePeriodSeconds: 0
                      volumes:
                %s
                      containers:
                      - name: c
                        image: %s
                        imagePullPolicy: IfNotPresent
                        command: [sleep, "100000"]
                        volumeMounts:
                %s
                """.formatted(
                volumes.indent(6).stripTrailing(), BUSYBOX, mounts.indent(8).stripTrailing()));
        eventually(() -> assertThat(
                        client().pods().withLabel("name", "wrapped").list().getItems())
                .hasSize(5)
                .allMatch(ContainerTest::isReady));
        client().pods()
                .withLabel("name", "wrapped")
                .list()
                .getItems()
                .forEach(pod ->
                        assertThat(events(pod.getMetadata().getName())).noneMatch(e -> e.startsWith("FailedMount")));
    }
}

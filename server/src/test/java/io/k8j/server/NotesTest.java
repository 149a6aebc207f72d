package io.k8j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server notes in its data directory for the commands that come after it. */
class NotesTest {
    @TempDir
    Path dir;

    @Test
    void aServerMayTakeAsLongToStopAsItsFlagsSay() throws Exception {
        assertThat(StopLimit.of(dir)).isEqualTo(Duration.ofSeconds(60));
        StopLimit.note(dir, Duration.ofSeconds(90));
        assertThat(StopLimit.of(dir)).isEqualTo(Duration.ofSeconds(150));
        StopLimit.note(dir, Duration.ZERO);
        assertThat(StopLimit.of(dir)).isEqualTo(Duration.ofSeconds(60));
    }

    private Path kubeconfig(String name) throws Exception {
        Path file = dir.resolve(name);
        KubeconfigNote.write(dir.resolve("data"), file);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "kind: Config");
        // The next start finds it there.
        KubeconfigNote.write(dir.resolve("data"), file);
        return file;
    }

    @Test
    void theDirectoriesThatWereMadeForTheKubeconfigGoWithIt() throws Exception {
        Files.createDirectories(dir.resolve("etc"));
        Path file = kubeconfig("etc/k8j/deep/kubeconfig.yaml");
        assertThat(KubeconfigNote.read(dir.resolve("data"))).contains(file);
        KubeconfigNote.removeFile(dir.resolve("data"));
        assertThat(dir.resolve("etc")).isEmptyDirectory();
    }

    @Test
    void aDirectoryWithSomethingElseStays() throws Exception {
        Path file = kubeconfig("etc/k8j/kubeconfig.yaml");
        Path other = Files.writeString(file.resolveSibling("other.yaml"), "mine");
        KubeconfigNote.removeFile(dir.resolve("data"));
        assertThat(file).doesNotExist();
        assertThat(other).exists();
    }

    @Test
    void aDirectoryThatWasThereBeforeStays() throws Exception {
        Files.createDirectories(dir.resolve("etc/k8j"));
        kubeconfig("etc/k8j/kubeconfig.yaml");
        KubeconfigNote.removeFile(dir.resolve("data"));
        assertThat(dir.resolve("etc/k8j")).isEmptyDirectory();
    }
}

package io.k8j.kubelet.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PauseImageTest {
    @TempDir
    Path dir;

    @Test
    void theProgramSleepsUntilItIsToldToEnd() throws Exception {
        String architecture = PauseImage.hostArchitecture();
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux to run an ELF program");
        Path file = Files.write(dir.resolve("pause"), PauseImage.program(architecture));
        assertThat(file.toFile().setExecutable(true)).isTrue();
        Process pause = new ProcessBuilder(file.toString()).start();
        try {
            assertThat(pause.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
            pause.destroy();
            assertThat(pause.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(pause.exitValue()).isZero();
        } finally {
            pause.destroyForcibly();
        }
    }

    @Test
    void theArchiveIsTheSameEachTime() {
        assertThat(PauseImage.archive("arm64")).isEqualTo(PauseImage.archive("arm64"));
    }

    @Test
    void anUnknownArchitectureIsNamed() {
        assertThatThrownBy(() -> PauseImage.archive("vax")).hasMessageContaining("'vax'");
    }
}

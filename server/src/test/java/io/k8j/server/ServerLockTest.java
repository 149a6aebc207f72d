package io.k8j.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerLockTest {
    @TempDir
    Path directory;

    @Test
    void aSecondServerIsRefusedAndToldWhoHasTheDirectory() throws Exception {
        try (ServerLock first = ServerLock.acquire(directory)) {
            assertThatThrownBy(() -> ServerLock.acquire(directory))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(
                            "another k8j server (pid " + ProcessHandle.current().pid() + ")")
                    .hasMessageContaining("--data-dir");
            assertThat(ServerLock.owner(directory)).contains(ProcessHandle.current());
            assertThat(first).isNotNull();
        }
    }

    @Test
    void theDirectoryIsFreeAfterwards() throws Exception {
        ServerLock.acquire(directory).close();

        assertThat(ServerLock.owner(directory)).isEmpty();
        ServerLock.acquire(directory).close();
    }
}

package io.k8j.kubelet.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class FileTreesTest {
    @Test
    void aGroupHasADirectoryThatItCanWriteAndWhoseFilesItGets(@TempDir Path dir) throws IOException {
        int group = (int) Files.getAttribute(dir, "unix:gid");
        FileTrees.setMode(dir, 0770);
        assertThat(FileTrees.belongsTo(dir, group)).as("new files go to others").isFalse();
        FileTrees.setMode(dir, 02750);
        assertThat(FileTrees.belongsTo(dir, group)).as("it cannot write").isFalse();
        FileTrees.setMode(dir, 02775);
        assertThat(FileTrees.belongsTo(dir, group)).isTrue();
        assertThat(FileTrees.belongsTo(dir, group + 1)).isFalse();
    }
}

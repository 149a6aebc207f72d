package io.k8j.kubelet.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskUseTest {
    @TempDir
    Path dir;

    @Test
    void countsWhatFilesTakeOnceEach() throws IOException {
        long empty = DiskUse.of(dir);
        Path file = Files.write(Files.createDirectory(dir.resolve("sub")).resolve("file"), new byte[1 << 20]);
        Files.createLink(dir.resolve("again"), file);
        Files.createSymbolicLink(dir.resolve("loop"), dir);
        assertThat(DiskUse.of(dir) - empty).isBetween(1L << 20, (1L << 20) + (64 << 10));
        assertThat(DiskUse.of(dir.resolve("absent"))).isZero();
    }

    @Test
    void aSparseFileCountsForWhatItHolds() throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "sizes on disk are known on Linux only");
        try (var file = new RandomAccessFile(dir.resolve("sparse").toFile(), "rw")) {
            file.setLength(1L << 30);
        }
        assertThat(DiskUse.of(dir)).isLessThan(1 << 20);
    }

    @Test
    void inodesAreKnown() throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "inodes are known on Linux only");
        Linux.Inodes inodes = Linux.inodes(dir);
        assertThat(inodes.free()).isBetween(0L, inodes.all());
    }
}

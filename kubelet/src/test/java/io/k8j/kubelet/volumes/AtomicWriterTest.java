package io.k8j.kubelet.volumes;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.kubelet.volumes.AtomicWriter.FileContent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicWriterTest {
    @TempDir
    Path volume;

    private static SortedMap<String, FileContent> files(Map<String, String> texts) {
        SortedMap<String, FileContent> files = new TreeMap<>();
        texts.forEach((name, text) -> files.put(name, new FileContent(text.getBytes(StandardCharsets.UTF_8), 0644)));
        return files;
    }

    @Test
    void filesAppearChangeAndGoAllAtOnce() throws Exception {
        assertThat(AtomicWriter.write(volume, files(Map.of("a", "1", "d/b", "2")), null))
                .isTrue();
        assertThat(volume.resolve("a")).hasContent("1").isSymbolicLink();
        assertThat(volume.resolve("d/b")).hasContent("2");
        Path first = volume.resolve("..data").toRealPath();
        assertThat(AtomicWriter.write(volume, files(Map.of("a", "1", "d/b", "2")), null))
                .isFalse();
        assertThat(AtomicWriter.write(volume, files(Map.of("a", "3")), null)).isTrue();
        assertThat(volume.resolve("a")).hasContent("3");
        assertThat(volume.resolve("d")).doesNotExist();
        assertThat(first).doesNotExist();
        try (Stream<Path> names = Files.list(volume)) {
            assertThat(names.map(path -> path.getFileName().toString()))
                    .contains("a", "..data")
                    .hasSize(3);
        }
    }
}

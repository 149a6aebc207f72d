package io.k8j.e2e.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TestImagesTest {
    @Test
    void aLayersBytesDependOnItsContentAlone() {
        byte[] one = new Layer().file("b/x", "1").link("a", "b/x").tar();
        byte[] two = new Layer().link("a", "b/x").file("b/x", "1").tar();
        assertThat(Layer.gzip(one)).isEqualTo(Layer.gzip(two));
    }

    @Test
    void aLayerHoldsItsParentDirectoriesBeforeItsFiles() throws IOException {
        var names = new ArrayList<String>();
        try (var tar = new TarArchiveInputStream(
                new ByteArrayInputStream(new Layer().file("a/b/c", "").tar()))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        assertThat(names).containsExactly("a/", "a/b/", "a/b/c");
    }

    @Test
    void theCatalogueHasTheWalkthroughsImagesAndNotTheWrongOne() throws IOException {
        ImageStore images = Images.orSkip();
        assertThat(images.references())
                .contains(
                        "docker.io/library/busybox:latest",
                        "docker.io/library/busybox:1.36",
                        "docker.io/library/nginx:1.25.3",
                        "docker.io/library/nginx:1.14.2",
                        "docker.io/library/nginx:latest",
                        "docker.io/library/sleeper:latest")
                .doesNotContain("docker.io/library/nginx:1.91");
        for (String reference : images.references()) {
            Path manifest = images.blob(images.find(reference).orElseThrow().digest());
            JsonNode content = ImageStore.JSON.readTree(Files.readAllBytes(manifest));
            assertThat(images.blob(content.at("/config/digest").asString())).exists();
            assertThat(content.path("layers").size()).isPositive();
        }
    }

    @Test
    void anArchiveOfAnUnknownImageIsRefused(@TempDir Path directory) throws IOException {
        ImageStore empty = ImageStore.create(directory);
        assertThatThrownBy(() -> ImageArchive.writeOci(empty, List.of("docker.io/library/x:1"), directory.resolve("x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no image docker.io/library/x:1");
    }
}

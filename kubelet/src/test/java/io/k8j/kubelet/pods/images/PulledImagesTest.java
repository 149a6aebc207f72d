package io.k8j.kubelet.pods.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.kubelet.pods.images.PulledImages.Credential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PulledImagesTest {
    private static final String IMAGE = "registry.example:5000/private/app:1";
    private static final Credential ONE = new Credential("u1", "ns", "one", "h1");
    private static final Credential SAME_WORDS = new Credential("u2", "other", "two", "h1");
    private static final Credential NEW_WORDS = new Credential("u1", "ns", "one", "h9");
    private static final Credential STRANGER = new Credential("u3", "ns", "three", "h3");

    @TempDir
    Path dir;

    private PulledImages images;

    @BeforeEach
    void open() {
        images = new PulledImages(dir);
    }

    private boolean mustPull(Credential... mine) {
        return images.mustPull(IMAGE, "id", () -> List.of(mine));
    }

    private void pull(Credential used, boolean fresh) throws IOException {
        images.begin(IMAGE);
        images.pulled(IMAGE, "id", used, fresh);
    }

    @Test
    void whatNobodyPulledIsForAll() {
        assertThat(mustPull()).isFalse();
    }

    @Test
    void whatWasPulledWithASecretIsForThoseWhoHaveIt() throws IOException {
        pull(ONE, true);
        open(); // after a restart
        assertThat(mustPull()).isTrue();
        assertThat(mustPull(STRANGER)).isTrue();
        assertThat(mustPull(STRANGER, ONE)).isFalse();
        assertThat(mustPull(SAME_WORDS)).as("the same words in another Secret").isFalse();
        assertThat(mustPull(NEW_WORDS)).as("the same Secret with new words").isFalse();
        pull(STRANGER, false);
        assertThat(mustPull(STRANGER)).isFalse();
        assertThat(mustPull(ONE)).isFalse();
        assertThat(images.mustPull("registry.example:5000/public/app:1", "id", () -> List.of(ONE)))
                .as("the same image by another name")
                .isTrue();
        pull(null, false);
        assertThat(mustPull()).as("the registry gives it to anybody").isFalse();
        pull(ONE, true);
        assertThat(mustPull(STRANGER)).as("it had been removed meanwhile").isTrue();
    }

    @Test
    void whatWasInterruptedOrCannotBeReadIsForNobodyYet() throws IOException {
        images.begin(IMAGE);
        open();
        assertThat(mustPull(ONE)).isTrue();
        images.begin(IMAGE);
        images.failed(IMAGE);
        assertThat(mustPull()).as("a pull that failed has brought nothing").isFalse();
        pull(ONE, true);
        try (Stream<Path> files = Files.list(dir.resolve("pulled"))) {
            Files.writeString(files.findFirst().orElseThrow(), "{");
        }
        assertThat(mustPull(ONE)).isTrue();
    }

    @Test
    void namesLoseTagsAndDigests() {
        assertThat(PulledImages.repository(IMAGE)).isEqualTo("registry.example:5000/private/app");
        assertThat(PulledImages.repository("registry.example:5000/app@sha256:1234"))
                .isEqualTo("registry.example:5000/app");
        assertThat(PulledImages.repository("busybox:1@sha256:12")).isEqualTo("busybox");
    }
}

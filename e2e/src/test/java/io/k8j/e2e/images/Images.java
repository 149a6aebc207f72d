package io.k8j.e2e.images;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;

/** The images of the test suite, made once and kept below {@code target}. */
public final class Images {
    private Images() {}

    /** Returns the images or skips the calling test with the reason. */
    public static ImageStore orSkip() throws IOException {
        var reason = TestImages.unavailable();
        assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
        return TestImages.in(Path.of("target", "images").toAbsolutePath());
    }
}

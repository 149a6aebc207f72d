package io.k8j.e2e.images;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Writes the test images as archives for {@code k8j images import}, to try things by hand: {@code ExportImages DIR}. */
public final class ExportImages {
    private ExportImages() {}

    /** Writes {@code busybox.tar}, {@code echo.tar}, {@code nginx.tar} and {@code sleeper.tar} into the directory that is named. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]).toAbsolutePath();
        ImageStore images = TestImages.in(directory.resolve("cache"));
        for (String name : List.of("busybox", "echo", "nginx", "sleeper")) {
            List<String> references = images.references().stream()
                    .filter(r -> r.contains("/" + name + ":"))
                    .toList();
            ImageArchive.writeOci(images, references, directory.resolve(name + ".tar"));
        }
    }
}

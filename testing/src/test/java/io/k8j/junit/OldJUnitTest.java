package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The extension works with JUnit 5.11, in a JVM of its own. */
class OldJUnitTest {
    /** The build copies it there; see the module's pom. */
    private static final Path JUNIT = Path.of("target/old-junit/junit-platform-console-standalone-1.11.4.jar");

    private static final List<String> NEW_JUNIT =
            List.of("junit-", "opentest4j-", "apiguardian-", "jspecify-", "console.jar");

    private static boolean isNewJUnit(String entry) {
        String name = new File(entry).getName();
        return NEW_JUNIT.stream().anyMatch(name::startsWith);
    }

    @Test
    void theExtensionWorksWithTheOldestSupportedJUnit() throws Exception {
        assumeTrue(Files.exists(JUNIT), () -> JUNIT + " is not there: the build copies it");
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !isNewJUnit(entry))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        JUNIT + File.pathSeparator + classPath,
                        "org.junit.platform.console.ConsoleLauncher",
                        "execute",
                        "--disable-banner",
                        "--disable-ansi-colors",
                        "--select-class",
                        OldJUnitSample.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output).contains("2 tests successful");
    }
}

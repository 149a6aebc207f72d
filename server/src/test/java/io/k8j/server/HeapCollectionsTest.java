package io.k8j.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The collector of {@code bin/k8j} does what {@link HeapCollections} says, in a JVM of its own. */
class HeapCollectionsTest {
    /** What runs there. */
    static final class Asking {
        private static long count(String collector) {
            return ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .filter(bean -> bean.getName().equals(collector))
                    .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                    .sum();
        }

        private static void tell(String what) {
            System.out.printf("%s %b %b%n", what, count("G1 Concurrent GC") > 0, count("G1 Old Generation") > 0);
        }

        public static void main(String[] arguments) throws InterruptedException {
            HeapKeeper.Collections collections = HeapCollections.ofOldGeneration("G1 Old Gen");
            List<byte[]> live = new ArrayList<>();
            for (int i = 0; i < 1000; i++) live.add(new byte[10_000]);
            tell("begin");
            collections.beside();
            tell("beside");
            collections.complete();
            tell("complete " + live.size());
        }
    }

    @Test
    void onlyACompleteCollectionIsOne() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseG1GC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Asking.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = process.getInputStream()) {
            assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8).lines())
                    .containsExactly("begin false false", "beside true false", "complete 1000 true true");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void othersAreNotKnown() {
        assertThat(HeapCollections.ofOldGeneration("PS Old Gen")).isNull();
        assertThat(HeapCollections.ofOldGeneration("Tenured Gen").canWorkBeside())
                .isFalse();
    }
}

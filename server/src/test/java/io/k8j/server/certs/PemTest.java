package io.k8j.server.certs;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.store.disk.ForgetfulDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PemTest {
    @Test
    void aWrittenFileOutlivesAPowerLoss() throws IOException {
        for (int seed = 0; seed < 100; seed++) {
            var disk = new ForgetfulDisk();
            Path file = disk.root().resolve("service-account.key");
            Pem.write(file, "first", true);
            Pem.write(file, "second", true);
            disk.restart(new Random(seed));
            assertThat(file).as("seed %d", seed).hasContent("second");
        }
    }

    @Test
    void aPowerLossDuringAWriteLeavesTheOldTextOrTheNew() throws IOException {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var disk = new ForgetfulDisk();
            Path file = disk.root().resolve("service-account.key");
            Pem.write(file, "old".repeat(400), true);
            disk.cutPowerAfter(1 + random.nextInt(6));
            try {
                Pem.write(file, "new".repeat(500), true);
            } catch (IOException e) {
                assertThat(disk.isOff()).isTrue();
            }
            disk.restart(random);
            assertThat(Files.readString(file)).as("seed %d", seed).isIn("old".repeat(400), "new".repeat(500));
        }
    }
}

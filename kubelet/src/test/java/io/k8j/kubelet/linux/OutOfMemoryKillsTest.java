package io.k8j.kubelet.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutOfMemoryKillsTest {
    private static final String ID = "d74a028790791b9825baffdcc5227fc3d5d23bc4678fbcbbe966aac3728d03d6";
    private static final String RECORD = "6,1339,34062181332,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),"
            + "cpuset=x,mems_allowed=0,oom_memcg=/kubepods/podu,task_memcg=%s,task=tail,pid=11183,uid=0\n";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "/k8j/kubepods/burstable/podu/" + ID,
        "/kubepods.slice/kubepods-podu.slice/cri-containerd-" + ID + ".scope",
        "/kubepods.slice/kubepods-podu.slice/crio-" + ID + ".scope"
    })
    void containersAreNamedAsTheCgroupDriversNameThem(String cgroup) throws IOException {
        Path log = Files.writeString(directory.resolve("log"), RECORD.formatted(cgroup));
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux");
        try (OutOfMemoryKills kills = new OutOfMemoryKills(log)) {
            assertThat(kills.in(ID)).isTrue();
            assertThat(kills.in(ID.replace('d', 'e'))).isFalse();
        }
    }

    @Test
    void laterRecordsAreSeenAndEarlierOnesRemembered() throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux");
        Path log = Files.writeString(directory.resolve("log"), "6,1,1,-;Linux version 6\n");
        try (OutOfMemoryKills kills = new OutOfMemoryKills(log)) {
            assertThat(kills.in("a")).isFalse();
            Files.writeString(log, RECORD.formatted("/p/a"), StandardOpenOption.APPEND);
            assertThat(kills.in("a")).isTrue();
            Files.writeString(log, RECORD.formatted("/p/b"), StandardOpenOption.APPEND);
            assertThat(kills.in("b")).isTrue();
            assertThat(kills.in("a")).isTrue();
        }
    }

    @Test
    void whereThereIsNoLogNothingIsKnown() {
        try (OutOfMemoryKills kills = new OutOfMemoryKills(directory.resolve("none"))) {
            assertThat(kills.in("a")).isFalse();
        }
    }

    @Test
    void closedTwiceItKnowsNothingAndClosesNothingElse() throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "needs Linux");
        Path log = Files.writeString(directory.resolve("log"), RECORD.formatted("/p/a"));
        OutOfMemoryKills kills = new OutOfMemoryKills(log);
        assertThat(kills.in("a")).isTrue();
        kills.close();
        kills.close();
        assertThat(kills.in("a")).isFalse();
    }

    @Test
    void theKernelsOwnLogIsReadToItsEndWithoutWaiting() {
        assumeTrue(Files.isReadable(Path.of("/dev/kmsg")), "needs root and the kernel's log");
        try (OutOfMemoryKills kills = new OutOfMemoryKills()) {
            assertThat(kills.in("no container")).isFalse();
        }
    }
}

package io.k8j.kubelet.pods.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.kubelet.pods.config.CgroupFiles.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over directories laid out as the kernel lays them out; this needs neither root nor a kernel of either version. */
class CgroupFilesTest {
    private static final String POD = "kubepods/besteffort/podu";

    @TempDir
    Path mount;

    private final Limits limits = new Limits(512, 50_000, 64 << 20);

    /** What the kernel would put into a new cgroup. */
    private static void files(Path cgroup, String... names) throws IOException {
        Files.createDirectories(cgroup);
        for (String name : names) {
            if (!Files.exists(cgroup.resolve(name))) Files.createFile(cgroup.resolve(name));
        }
    }

    private void layOutUnified() throws IOException {
        files(mount, "cgroup.controllers", "cgroup.subtree_control");
        for (String directory : List.of("kubepods", "kubepods/besteffort", POD)) {
            files(
                    mount.resolve(directory),
                    "cgroup.subtree_control",
                    "cpu.weight",
                    "cpu.max",
                    "memory.max",
                    "memory.high",
                    "pids.current");
        }
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file);
    }

    @Test
    void theUnifiedHierarchyGetsWeightQuotaAndMemory() throws IOException {
        layOutUnified();
        new CgroupFiles(mount).create(POD, limits, true);
        Path pod = mount.resolve(POD);
        assertThat(text(pod.resolve("cpu.weight"))).isEqualTo("20");
        assertThat(text(pod.resolve("cpu.max"))).isEqualTo("50000 100000");
        assertThat(text(pod.resolve("memory.max"))).isEqualTo("67108864");
        assertThat(text(pod.resolve("memory.high"))).isEmpty();
        assertThat(text(mount.resolve("kubepods/besteffort/cpu.weight"))).isEqualTo("1");
        assertThat(text(mount.resolve("kubepods/cpu.weight"))).isEmpty();
        // The last controller asked for; each is asked for by itself, since one that is missing fails the whole line.
        assertThat(text(mount.resolve("kubepods/besteffort/cgroup.subtree_control")))
                .isEqualTo("+io");
        assertThat(text(pod.resolve("cgroup.subtree_control"))).isEmpty();
    }

    @Test
    void noLimitLeavesTheKernelsOwn() throws IOException {
        layOutUnified();
        new CgroupFiles(mount).create(POD, new Limits(2, 0, 0), false);
        assertThat(text(mount.resolve(POD).resolve("cpu.weight"))).isEqualTo("1");
        assertThat(text(mount.resolve(POD).resolve("cpu.max"))).isEmpty();
        assertThat(text(mount.resolve(POD).resolve("memory.max"))).isEmpty();
        assertThat(text(mount.resolve("kubepods/besteffort/cpu.weight"))).isEmpty();
    }

    @Test
    void weightsSpanTheWholeRange() {
        assertThat(new Limits(2, 0, 0).weight()).isEqualTo(1);
        assertThat(new Limits(1024, 0, 0).weight()).isEqualTo(39);
        assertThat(new Limits(262_144, 0, 0).weight()).isEqualTo(10_000);
    }

    @Test
    void aControllerThatTheMachineHasNotIsLeftOut() throws IOException {
        files(mount, "cgroup.controllers", "cgroup.subtree_control");
        new CgroupFiles(mount).create(POD, limits, true);
        assertThat(mount.resolve(POD)).isEmptyDirectory();
    }

    @Test
    void theSplitHierarchiesGetSharesQuotaAndMemory() throws IOException {
        files(mount.resolve("cpu").resolve(POD), "cpu.shares", "cpu.cfs_period_us", "cpu.cfs_quota_us");
        files(mount.resolve("cpu/kubepods/besteffort"), "cpu.shares");
        files(mount.resolve("memory").resolve(POD), "memory.limit_in_bytes");
        new CgroupFiles(mount).create(POD, limits, true);
        assertThat(text(mount.resolve("cpu").resolve(POD).resolve("cpu.shares")))
                .isEqualTo("512");
        assertThat(text(mount.resolve("cpu").resolve(POD).resolve("cpu.cfs_quota_us")))
                .isEqualTo("50000");
        assertThat(text(mount.resolve("cpu/kubepods/besteffort/cpu.shares"))).isEqualTo("2");
        assertThat(text(mount.resolve("memory").resolve(POD).resolve("memory.limit_in_bytes")))
                .isEqualTo("67108864");
        assertThat(mount.resolve("kubepods")).doesNotExist();
    }

    @Test
    void processesAreCountedInBothLayouts() throws IOException {
        assertThat(new CgroupFiles(mount).processes(POD)).isZero();
        files(mount.resolve("pids").resolve(POD));
        Files.writeString(mount.resolve("pids").resolve(POD).resolve("pids.current"), "7\n");
        assertThat(new CgroupFiles(mount).processes(POD)).isEqualTo(7);
        files(mount.resolve(POD));
        Files.writeString(mount.resolve(POD).resolve("pids.current"), "9\n");
        assertThat(new CgroupFiles(mount).processes(POD)).isEqualTo(9);
    }

    @Test
    void aCgroupIsRemovedWithWhatLiesBelowIt() throws IOException {
        Files.createFile(mount.resolve("cgroup.controllers"));
        Files.createDirectories(mount.resolve(POD).resolve("container"));
        Files.createDirectories(mount.resolve("system.slice").resolve(POD));
        new CgroupFiles(mount).remove(POD);
        assertThat(mount.resolve(POD)).doesNotExist();
        assertThat(mount.resolve("kubepods/besteffort")).isEmptyDirectory();
        assertThat(mount.resolve("system.slice").resolve(POD)).exists(); // somebody else's cgroup
    }

    @Test
    void aCgroupIsRemovedFromEachHierarchy() throws IOException {
        Files.createDirectories(mount.resolve("cpu").resolve(POD));
        Files.createDirectories(mount.resolve("memory").resolve(POD));
        new CgroupFiles(mount).remove(POD);
        assertThat(mount.resolve("cpu").resolve(POD)).doesNotExist();
        assertThat(mount.resolve("memory").resolve(POD)).doesNotExist();
    }
}

package io.k8j.kubelet.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.kubelet.cgroups.CgroupUse.DiskTraffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both versions, on directories laid out as the kernel does. */
class CgroupReaderTest {
    @TempDir
    Path dir;

    private CgroupReader reader;

    @BeforeEach
    void devices() throws IOException {
        write("dev/254:0/uevent", "MAJOR=254\nMINOR=0\nDEVNAME=vda\nDEVTYPE=disk\n");
        reader = new CgroupReader(dir.resolve("cgroup"), dir.resolve("dev"));
    }

    private void write(String file, String text) throws IOException {
        Path path = dir.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private static Double figure(CgroupUse use, Figure figure) {
        return use.figures().get(figure);
    }

    @Test
    void versionTwoHasAllInOneDirectory() throws IOException {
        write("cgroup/cgroup.controllers", "cpu memory\n");
        String pod = "cgroup/kubepods/pod1/";
        write(
                pod + "cpu.stat",
                "usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\nnr_periods 7\n"
                        + "nr_throttled 2\nthrottled_usec 1500000\n");
        write(pod + "cpu.max", "50000 100000\n");
        write(pod + "cpu.weight", "4\n");
        write(pod + "memory.current", "1000000\n");
        write(
                pod + "memory.stat",
                "anon 600000\nfile 300000\nfile_mapped 1000\ninactive_file 200000\n"
                        + "active_file 100000\npgfault 12\npgmajfault 3\nkernel 7000\n");
        write(pod + "memory.max", "max\n");
        write(pod + "memory.events", "low 0\nhigh 0\nmax 5\noom 1\noom_kill 1\n");
        write(pod + "pids.current", "4\n");
        write(pod + "pids.max", "max\n");
        write(pod + "cgroup.procs", "");
        write(pod + "c1/cgroup.procs", "11\n12\n");
        write(pod + "io.stat", "254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n");

        CgroupUse use = reader.read("/kubepods/pod1").orElseThrow();
        assertThat(figure(use, Figure.CPU_TOTAL)).isEqualTo(2.5);
        assertThat(figure(use, Figure.CPU_USER)).isEqualTo(2.0);
        assertThat(figure(use, Figure.CPU_PERIODS)).isEqualTo(7);
        assertThat(figure(use, Figure.CPU_THROTTLED)).isEqualTo(1.5);
        assertThat(figure(use, Figure.SPEC_CPU_QUOTA)).isEqualTo(50000);
        assertThat(figure(use, Figure.SPEC_CPU_SHARES)).isEqualTo(80);
        assertThat(figure(use, Figure.MEMORY_WORKING_SET)).isEqualTo(800000);
        assertThat(figure(use, Figure.MEMORY_RSS)).isEqualTo(600000);
        assertThat(figure(use, Figure.SPEC_MEMORY_LIMIT)).isZero();
        assertThat(figure(use, Figure.OUT_OF_MEMORY)).isEqualTo(1);
        assertThat(figure(use, Figure.MEMORY_FAILURES)).isEqualTo(5);
        assertThat(figure(use, Figure.THREADS)).isEqualTo(4);
        assertThat(figure(use, Figure.PROCESSES)).isEqualTo(2);
        assertThat(use.disks()).containsExactly(new DiskTraffic("/dev/vda", 1, 2, 4096, 8192));
        assertThat(reader.process("/kubepods/pod1/c1")).hasValue(11);
        assertThat(reader.read("/kubepods/none")).isEmpty();
    }

    @Test
    void versionOneHasADirectoryForEachController() throws IOException {
        write("cgroup/cpuacct/p/cpuacct.usage", "2500000000\n");
        write("cgroup/cpuacct/p/cpuacct.stat", "user 200\nsystem 50\n");
        write("cgroup/cpu/p/cpu.cfs_quota_us", "-1\n");
        write("cgroup/cpu/p/cpu.cfs_period_us", "100000\n");
        write("cgroup/cpu/p/cpu.shares", "102\n");
        write("cgroup/cpu/p/cpu.stat", "nr_periods 7\nnr_throttled 2\nthrottled_time 1500000000\n");
        write("cgroup/memory/p/memory.usage_in_bytes", "1000000\n");
        write(
                "cgroup/memory/p/memory.stat",
                "cache 1\nrss 1\ntotal_cache 300000\ntotal_rss 600000\n"
                        + "total_inactive_file 200000\ntotal_pgfault 12\ntotal_swap 0\n");
        write("cgroup/memory/p/memory.limit_in_bytes", "9223372036854771712\n");
        write("cgroup/memory/p/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        write("cgroup/pids/p/pids.current", "3\n");
        write("cgroup/pids/p/cgroup.procs", "21\n");
        write("cgroup/blkio/p/blkio.throttle.io_serviced", "254:0 Read 1\n254:0 Write 2\n254:0 Total 3\nTotal 3\n");
        write("cgroup/blkio/p/blkio.throttle.io_service_bytes", "254:0 Read 4096\n254:0 Write 8192\nTotal 12288\n");

        CgroupUse use = reader.read("/p").orElseThrow();
        assertThat(figure(use, Figure.CPU_TOTAL)).isEqualTo(2.5);
        assertThat(figure(use, Figure.CPU_SYSTEM)).isEqualTo(0.5);
        assertThat(figure(use, Figure.CPU_PERIODS)).as("without a quota").isNull();
        assertThat(figure(use, Figure.SPEC_CPU_SHARES)).isEqualTo(102);
        assertThat(figure(use, Figure.MEMORY_CACHE)).isEqualTo(300000);
        assertThat(figure(use, Figure.MEMORY_WORKING_SET)).isEqualTo(800000);
        assertThat(figure(use, Figure.SPEC_MEMORY_LIMIT)).isZero();
        assertThat(figure(use, Figure.OUT_OF_MEMORY)).isEqualTo(2);
        assertThat(figure(use, Figure.PROCESSES)).isEqualTo(1);
        assertThat(use.disks()).containsExactly(new DiskTraffic("/dev/vda", 1, 2, 4096, 8192));
        assertThat(reader.process("/p")).hasValue(21);
    }

    @Test
    void networksAreReadWithoutTheLoopback() {
        assertThat(NetworkUse.parse(List.of(
                        "Inter-|   Receive                                                |  Transmit",
                        " face |bytes    packets errs drop fifo frame compressed multicast|bytes packets errs drop",
                        "    lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0",
                        "  eth0: 100 10 1 2 0 0 0 0 200 20 3 4 0 0 0 0")))
                .containsExactly(new NetworkUse("eth0", 100, 10, 1, 2, 200, 20, 3, 4));
    }
}

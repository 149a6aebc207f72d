package io.k8j.kubelet.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the containers in which the kernel has killed a process for want of memory, from the kernel's log. A runtime
 * hears of it by a watch that it sets up after the container has started; on a busy machine a container may be over its
 * limit before that, and the runtime then tells of an end without its reason.
 *
 * <p>Safe for all threads. Where the log cannot be read (elsewhere than on Linux, without root) nothing is known.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/abi-testing.html">The kernel's /dev/kmsg</a>
 */
public final class OutOfMemoryKills implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutOfMemoryKills.class);

    /** The kernel's sentence; the cgroup's last directory is named by the container, as the cgroup driver does it. */
    private static final Pattern KILL =
            Pattern.compile("oom-kill:.*,task_memcg=\\S*/(?:[a-z-]+-)?([0-9A-Za-z_.-]+?)(?:\\.scope)?,task=");

    private static final int REMEMBERED = 1024;

    private final Path log;
    private final Set<String> containers = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });
    private KernelLog reader; // null until it was needed, and when it cannot be read
    private boolean unreadable;

    /** Reads the kernel's log of this machine. */
    public OutOfMemoryKills() {
        this(Path.of("/dev/kmsg"));
    }

    OutOfMemoryKills(Path log) {
        this.log = log;
    }

    /**
     * Whether the kernel has killed something in a container. Never waits: the kernel writes before it kills, so whoever
     * has seen the end of the process finds it here.
     *
     * @param containerId as the runtime calls it
     */
    public synchronized boolean in(String containerId) {
        if (unreadable) return false;
        try {
            if (reader == null) {
                if (!Files.isReadable(log)) throw new NoSuchFileException(log.toString());
                reader = KernelLog.open(log);
            }
            String record;
            while ((record = reader.next()) != null) remember(record);
        } catch (IOException e) {
            unreadable = true;
            LOG.debug("the kernel's log cannot be read; the runtime alone tells what ran out of memory", e);
        }
        return containers.contains(containerId);
    }

    /** May be called twice. */
    @Override
    public synchronized void close() {
        unreadable = true;
        if (reader != null) reader.close();
        reader = null;
    }

    private void remember(String records) {
        Matcher kill = KILL.matcher(records);
        while (kill.find()) containers.add(kill.group(1));
    }
}

package io.k8j.test;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets every {@code await()} of a test wait longer than anything takes on a machine that is busy with other things. What
 * comes about is seen at once, as before; only a test that fails takes that long. JUnit finds this class before the first
 * test of a JVM, as a service.
 */
public final class Patience implements LauncherSessionListener {
    static final Duration LONGEST = Duration.ofSeconds(60);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(LONGEST);
    }
}

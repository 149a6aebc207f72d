package io.k8j.server.cli;

import io.k8j.server.install.MachineCheck;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code k8j check-config}: what this machine has and lacks. */
@Command(
        name = "check-config",
        description = "Show what this machine has and lacks for a node, with the fix for each.",
        mixinStandardHelpOptions = true)
final class CheckConfigCommand implements Callable<Integer> {
    @Mixin
    private ClusterOptions cluster;

    @Override
    public Integer call() {
        List<MachineCheck.Finding> findings = MachineCheck.run(cluster.dataDir);
        boolean missing = false;
        for (MachineCheck.Finding finding : findings) {
            System.out.printf("%-8s %-28s %s%n", finding.state().word(), finding.what(), finding.detail());
            if (!finding.fix().isEmpty()) {
                System.out.printf("%-8s %-28s   fix: %s%n", "", "", finding.fix());
            }
            missing |= finding.state() == MachineCheck.State.MISSING;
        }
        return missing ? 1 : 0;
    }
}

package io.k8j.proxy;

import io.k8j.model.json.Json;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Applies transactions to one table and tells what is in it. Blocks; used by one thread at a time.
 *
 * <p>Each transaction is a process of its own: the kernel has the rules 4 ms after the start, and the process ends 2 to
 * 10 ms later, when what it replaced has been released. An interactive {@code nft} would save those, but has no
 * dependable way to tell where the answer to one transaction ends.
 */
final class Nft {
    private final Commands commands;
    private final String table;
    private final Family family;

    Nft(Commands commands, String table, Family family) {
        this.commands = commands;
        this.table = table;
        this.family = family;
    }

    /** @throws IOException if the kernel refused the transaction; nothing was changed then */
    void apply(String transaction) throws IOException {
        if (transaction.isEmpty()) return;
        Commands.Result result = commands.run(transaction, "nft", "-f", "-");
        if (!result.ok()) throw new IOException("nft: " + firstLine(result.errors()));
    }

    /** What the table holds now; empty if there is no such table. Counts rules per chain in {@code rules}. */
    Optional<Transaction.Present> present(Map<String, Integer> rules) throws IOException {
        Commands.Result result = commands.run("", "nft", "-j", "-t", "list", "table", family.keyword, table);
        if (!result.ok()) {
            if (result.errors().contains("No such file or directory")) return Optional.empty();
            throw new IOException("nft: " + firstLine(result.errors()));
        }
        Set<String> chains = new HashSet<>();
        Set<String> sets = new HashSet<>();
        for (Map<String, Object> entry : entries(result.output())) {
            if (entry.get("chain") instanceof Map<?, ?> chain) chains.add((String) chain.get("name"));
            if (entry.get("set") instanceof Map<?, ?> set) sets.add((String) set.get("name"));
            if (entry.get("rule") instanceof Map<?, ?> rule) rules.merge((String) rule.get("chain"), 1, Integer::sum);
        }
        return Optional.of(new Transaction.Present(chains, sets));
    }

    /** Deletes the table with all that is in it, if there is one. */
    void delete() throws IOException {
        String name = family.keyword + " " + table;
        apply("add table " + name + "\ndelete table " + name + "\n");
    }

    /** Base chains of other tables whose policy is to drop what is forwarded. */
    List<String> droppingForwarders() throws IOException {
        Commands.Result result = commands.run("", "nft", "-j", "list", "chains");
        if (!result.ok()) return List.of();
        return entries(result.output()).stream()
                .map(entry -> entry.get("chain"))
                .filter(chain -> chain instanceof Map<?, ?> map
                        && "forward".equals(map.get("hook"))
                        && "drop".equals(map.get("policy"))
                        && (family.keyword.equals(map.get("family")) || "inet".equals(map.get("family"))))
                .map(chain -> ((Map<?, ?>) chain).get("table") + "/" + ((Map<?, ?>) chain).get("name"))
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> entries(String json) {
        return (List<Map<String, Object>>) Json.parseObject(json).getOrDefault("nftables", List.of());
    }

    private static String firstLine(String errors) {
        String line = errors.lines().findFirst().orElse("no message");
        return line.length() > 300 ? line.substring(0, 300) : line;
    }
}

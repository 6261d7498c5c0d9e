#include "crowd.hpp"

#include "storage/store/file_store.hpp"

#include <algorithm>
#include <cerrno>

namespace riacho::scenarios {

struct Crowd::Life {
    explicit Life(io::Shard& clients) : group(clients) {}
    Time                 ends{0};
    std::vector<LinkPtr> links; // none is dropped while its world goes on
    io::Group            group;
};

CrowdPlan::CrowdPlan(std::uint64_t seed) {
    SeededRandom random(seed * 0x9e3779b97f4a7c15);
    auto         one_in = [&](std::uint64_t n) { return random.between(1, n) == 1; };
    shards = one_in(3) ? 3 : 1;
    lives = static_cast<int>(random.between(1, 3));
    broker = small_broker();
    broker.offsets_topic_num_partitions = 1;
    broker.offsets_topic_segment_bytes = 16 << 10;
    broker.groups.group_min_session_timeout_ms = std::chrono::milliseconds(10);
    broker.store.disk_reserve_bytes = 64 << 10;
    broker.wal_external_bytes = 4 << 10;
    broker.store.wal_file_bytes = 64 << 10;
    broker.store.wal_bytes_max = random.between(4, 8) * (64 << 10);
    broker.store.checkpoint_interval_ms = std::chrono::milliseconds(one_in(2) ? 60'000 : 100);
    topic = {{"segment.bytes", std::to_string(random.between(9'000, 20'000))},
             {"index.interval.bytes", std::to_string(random.between(128, 2'000))}};
    if (one_in(5)) {
        broker.store.durability = storage::Durability::os;
        ends = one_in(3) ? Ends::kills : Ends::any;
        promise = ends == Ends::kills ? Promise::all : Promise::none;
    }
    disk = one_in(5) ? Disk::breaks : Disk::good;
}

Crowd::Crowd(std::uint64_t seed, Journal& journal)
    : plan_(seed), random_(seed ^ 0x5eed), journal_(journal),
      cluster_({.seed = seed, .shards = plan_.shards, .broker = plan_.broker}) {
    auto add_topic = [this](const std::string& name, std::int32_t partitions) {
        Topic& topic = topics_.emplace_back();
        topic.name = topic.told_as = name;
        topic.partitions = partitions;
        for (std::int32_t i = 0; i < partitions; ++i) topic.places.push_back({&topic, i});
    };
    add_topic("orders", 2);
    add_topic("idle", 1);
    next_life_of("doomed");
    auto add_producer = [this](Place& to, Time pace) {
        Producer& producer = producers_.emplace_back();
        producer.name = fmt::format("p{}", producers_.size());
        producer.to = &to;
        producer.pace = pace;
        producer.is_idempotent = !one_in(4);
        producer.window = producer.is_idempotent ? random_.between(1, 5) : random_.between(1, 8);
        producer.bytes_max = one_in(3) ? 7'000 : one_in(2) ? 300 : 3'000;
        if (producer.is_idempotent) journal_.idempotent_producer(producer.name);
    };
    for (std::uint64_t i = random_.between(1, 3); i > 0; --i)
        add_producer(topics_[0].places[random_.between(0, 1)], one_in(2) ? Time(1ms) : Time(10ms));
    add_producer(topics_[1].places[0], 400ms);
    for (std::uint64_t i = random_.between(1, 2); i > 0; --i)
        readers_.push_back({fmt::format("r{}", i), &topics_[0].places[i - 1], 0, false});
    std::uint64_t members = keeps_promises() && one_in(2) ? random_.between(1, 3) : 0;
    for (std::uint64_t i = 1; i <= members; ++i) {
        members_.push_back({fmt::format("c{}", i)});
        journal_.member(members_.back().name, "readers");
    }
}

Crowd::~Crowd() {
    if (cluster_.world().simulation().is_on()) cluster_.world().power_off();
}

bool Crowd::is_over() { return !broken_.empty() || shard().now() >= life_->ends; }

Task<LinkPtr> Crowd::link() {
    while (!is_over()) {
        auto made =
            co_await client::Link::connect(shard(), cluster_.world().network(),
                                           {.broker = cluster_.address(), .client_id = "crowd"}, soon(5s));
        if (made) co_return life_->links.emplace_back(*std::move(made));
        co_await shard().sleep_for(5ms);
    }
    co_return nullptr;
}

Task<> Crowd::guard(Crowd& crowd, Task<> work) {
    try {
        co_await std::move(work);
    } catch (const std::exception& error) {
        if (crowd.broken_.empty()) crowd.broken_ = error.what();
    }
    co_await crowd.shard().enter_if_away();
}

void Crowd::spawn(Task<> work) { life_->group.spawn(guard(*this, std::move(work))); }
void Crowd::spawn_now(Task<> work) { life_->group.spawn_now(guard(*this, std::move(work))); }

Task<> Crowd::pause(Time longest) {
    Time span(random_.between(0, static_cast<std::uint64_t>(longest.count())));
    co_await shard().sleep_until(std::min(soon(span), std::max(life_->ends, shard().now())));
}

std::vector<Crowd::Place*> Crowd::lasting_places() {
    std::vector<Place*> places;
    for (std::size_t topic = 0; topic < 2; ++topic)
        for (Place& place : topics_[topic].places) places.push_back(&place);
    return places;
}

Crowd::Place& Crowd::any_place() {
    auto places = lasting_places();
    return *places[random_.between(0, places.size() - 1)];
}

void Crowd::note_producer_id(std::int64_t id) {
    bool is_new = producer_ids_.insert(id).second;
    if (!is_new && keeps_promises()) throw Broken(fmt::format("producer id {} was given before", id));
}

const std::string* Crowd::find_told(const Uuid& id) const {
    auto found = std::ranges::find(topics_, std::optional(id), &Topic::id);
    return found == topics_.end() ? nullptr : &found->told_as;
}

/// No two blocks of the log are alike.
std::string Crowd::value_of(const std::string& key, std::size_t bytes) {
    std::string   value = key + ':';
    std::uint64_t state = std::hash<std::string>{}(key);
    while (value.size() < bytes) {
        state = state * 6364136223846793005 + 1442695040888963407;
        value += fmt::format("{:x}", state >> 16);
    }
    value.resize(std::max(bytes, key.size() + 1));
    return value;
}

std::string Crowd::key_of(const std::string& value) {
    std::string key = value.substr(0, value.find(':'));
    return value == value_of(key, value.size()) ? key : "damaged: " + value;
}

// ---- lives

void Crowd::run() {
    for (int number = 1; number <= plan_.lives; ++number) one_life(number);
    last_life();
}

void Crowd::run_life(Time span) {
    life_ = std::make_unique<Life>(shard());
    life_->ends = soon(span);
    spawn(set_up(*this));
    cluster_.waiter().run_until([this] { return !broken_.empty() || life_->group.is_idle(); }, 1h);
    if (!broken_.empty()) throw Broken(broken_);
}

void Crowd::one_life(int number) {
    io::SimulatedDisk& disk = cluster_.world().disk();
    bool               is_clean = false;
    LifeEnd how = plan_.ends == CrowdPlan::Ends::kills || one_in(4) ? LifeEnd::kill : LifeEnd::power_cut;
    try {
        if (one_in(3)) disk.stop_after(random_.between(1, 60)); // in recovery, if it has so much to do
        cluster_.start();
        disk.stop_after(one_in(6) ? 1'000'000 : random_.between(1, number == 1 ? 500 : 300));
        run_life(std::chrono::milliseconds(random_.between(20, 600)));
        is_clean = one_in(2);
        if (is_clean) cluster_.run(cluster_.broker().stop(cluster_.now() + 2s));
        if (is_clean) ++met_["clean stops"];
    } catch (const Crashed&) { ++met_["crashes at a write or sync"]; }
    end_life(how);
}

void Crowd::end_life(LifeEnd how) {
    look_at_files();
    look_at_store();
    if (cluster_.world().simulation().is_on()) cluster_.world().power_off();
    life_.reset();
    cluster_.world().disk().set_options({});
    cluster_.end(how);
    ++met_[how == LifeEnd::kill ? "kills" : "power cuts"];
}

/// Nothing breaks any more: who waits for an answer gets it, and then everything is looked at.
void Crowd::last_life() {
    met_["EIO"] += cluster_.world().disk().failures(EIO);
    met_["ENOSPC"] += cluster_.world().disk().failures(ENOSPC);
    draining_ = true;
    cluster_.start();
    run_life(1min);
    // What is offline holds its frames in the ring: then it may be full for everybody.
    bool may_be_full =
        std::ranges::any_of(lasting_places(), [](Place* place) { return place->may_be_offline; });
    for (const Producer& producer : producers_)
        if (!producer.open.empty() && !may_be_full)
            throw Broken(fmt::format("{} cannot go on: {}", producer.name, producer.refusal));
    judge();
    cluster_.run(cluster_.broker().stop(cluster_.now() + 1min));
    judge_indexes();
    cluster_.world().power_off();
    life_.reset();
}

/// Where the life came so far as to have one.
void Crowd::look_at_store() {
    if (!life_) return;
    auto& store = dynamic_cast<storage::FileStore&>(cluster_.broker().store());
    if (store.last().number >= checkpoints_ + 3) ++met_["two checkpoints"]; // the start's is one
    checkpoints_ = store.last().number;
    if (store.wal().has_failed()) ++met_["failed logs"];
}

void Crowd::look_at_files() {
    std::uint64_t files = 0, highest = 0;
    for (const std::string& path : cluster_.world().disk().files()) {
        std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
        bool             is_segment = name.ends_with(".log") && path.find("/orders-") != std::string::npos;
        if (is_segment && !name.starts_with("00000000000000000000")) ++met_["segment rolls"];
        auto number = storage::wal_file_number(name);
        files += number ? 1 : 0;
        highest = std::max(highest, number.value_or(0));
    }
    if (highest > files) met_["recycled files of the log"] += highest - files;
}

} // namespace riacho::scenarios

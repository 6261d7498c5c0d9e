#if __has_feature(thread_sanitizer)
/// librdkafka is built without the sanitizer, so the atomic counts that order its threads are not seen.
extern "C" const char* __tsan_default_suppressions() { return "race:*/librdkafka/src/*\n"; }
#endif

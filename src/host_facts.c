#include "host_facts.h"

const char *host_fact_name(uint32_t i)
{
    static const char *const names[] = {
#define FACT_NAME(name, field) #name,
        HOST_FACTS(FACT_NAME)
#undef FACT_NAME
    };

    return i < HOST_FACTS_COUNT ? names[i] : NULL;
}

void host_facts_write(double facts[HOST_FACTS_COUNT], const png2bmp_plan *plan)
{
#define FACT_VALUE(name, field) facts[HOST_FACT_##name] = (double)plan->field;
    HOST_FACTS(FACT_VALUE)
#undef FACT_VALUE
}
